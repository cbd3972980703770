// A week to paint on: drawn from the texts of the seven days, which stay what is sent and can be typed too.

const MINUTES = 24 * 60;
const HOLD_MS = 350;
const NARROW = window.matchMedia("(width < 48rem)");
const SPAN = /^\s*(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?\s*(?:-|–|—|à|to)\s*(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?\s*$/;

const minutes = (hours, rest) => Number(hours) * 60 + Number(rest ?? 0);
const clock = (at) => `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;

// The spans of a text in minutes, null where it is not understood: the server says why when it is sent.
function read(text) {
  const spans = [];
  for (const part of text.split(/[,;\n]/).filter((one) => one.trim())) {
    const found = SPAN.exec(part);
    if (!found) return null;
    const span = [minutes(found[1], found[2]), minutes(found[3], found[4])];
    if (span[0] >= MINUTES || span[1] > MINUTES) return null;
    spans.push(span);
  }
  return spans;
}

// What is active minute by minute of the week's steps: a span that passes midnight reaches into the next day.
function activity(texts, step) {
  const days = texts.map(() => new Array(MINUTES / step).fill(false));
  const fill = (day, from, to) => {
    for (let at = Math.floor(from / step); at < Math.ceil(to / step); at += 1) days[day % 7][at] = true;
  };
  texts.forEach((input, day) => {
    for (const [from, to] of read(input.value) ?? []) {
      if (to > from) fill(day, from, to);
      else {
        fill(day, from, MINUTES);
        fill(day + 1, 0, to);
      }
    }
  });
  return days;
}

function write(input, cells, step) {
  const spans = [];
  cells.forEach((active, at) => {
    if (!active) return;
    if (at && cells[at - 1]) spans.at(-1)[1] = (at + 1) * step;
    else spans.push([at * step, (at + 1) * step]);
  });
  input.value = spans.map(([from, to]) => `${clock(from)}–${clock(to)}`).join(", ");
}

class Painter {
  constructor(root) {
    this.root = root;
    this.grid = root.querySelector("[role=grid]");
    this.texts = [...root.querySelectorAll("[data-day]")];
    this.names = this.texts.map((input) => input.labels[0].textContent.trim());
    this.focused = [0, 0];
    this.brush = null;
    this.grid.hidden = false;
    const tools = root.querySelector(".painter__tools");
    tools.hidden = false;
    tools.addEventListener("click", (event) => this.fill(event.target.closest("[data-week-fill]")?.dataset.weekFill));
    root.addEventListener("input", () => this.draw());
    NARROW.addEventListener("change", () => this.build());
    this.grid.addEventListener("pointerdown", (event) => this.begin(event));
    this.grid.addEventListener("pointermove", (event) => this.drag(event));
    // A finger that paints does not scroll the page.
    this.grid.addEventListener("touchmove", (event) => this.brush !== null && event.preventDefault(), { passive: false });
    window.addEventListener("pointerup", () => this.end(true));
    window.addEventListener("pointercancel", () => this.end(false));
    this.grid.addEventListener("keydown", (event) => this.press(event));
    this.build();
  }

  build() {
    this.step = NARROW.matches ? 60 : 30;
    const head = document.createElement("div");
    head.className = "painter__row";
    head.append(this.label("painter__day", ""));
    for (let hour = 0; hour < 24; hour += 3) head.append(this.label("painter__hour", String(hour).padStart(2, "0")));
    head.setAttribute("aria-hidden", "true");
    this.cells = this.texts.map(() => []);
    this.grid.replaceChildren(head, ...this.names.map((name, day) => this.row(name, day)));
    this.draw();
  }

  label(kind, text) {
    const made = document.createElement("span");
    made.className = kind;
    made.textContent = text;
    return made;
  }

  row(name, day) {
    const row = document.createElement("div");
    row.className = "painter__row";
    row.setAttribute("role", "row");
    const title = this.label("painter__day", name.slice(0, 3));
    title.setAttribute("role", "rowheader");
    title.setAttribute("aria-label", name);
    row.append(title);
    for (let at = 0; at < MINUTES / this.step; at += 1) {
      const cell = document.createElement("div");
      cell.className = "painter__cell";
      cell.classList.toggle("is-hour", (at * this.step) % 180 === 0);
      cell.setAttribute("role", "gridcell");
      cell.dataset.place = `${day} ${at}`;
      cell.tabIndex = -1;
      this.cells[day].push(cell);
      row.append(cell);
    }
    return row;
  }

  draw() {
    this.days = activity(this.texts, this.step);
    this.cells.forEach((row, day) => row.forEach((cell, at) => this.show(cell, day, at)));
    this.hold(...this.focused);
  }

  show(cell, day, at) {
    const active = this.days[day][at];
    const { on, off } = this.root.dataset;
    const place = `${this.names[day]} ${clock(at * this.step)}`;
    cell.setAttribute("aria-selected", String(active));
    cell.setAttribute("aria-label", `${place}: ${active ? on : off}`);
  }

  hold(day, at) {
    const last = this.cells[0].length - 1;
    this.grid.querySelector("[tabindex='0']")?.setAttribute("tabindex", "-1");
    this.focused = [day, Math.min(at, last)];
    this.cells[day][Math.min(at, last)].tabIndex = 0;
  }

  place(event) {
    const under = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-place]");
    return under && this.grid.contains(under) ? under.dataset.place.split(" ").map(Number) : null;
  }

  begin(event) {
    const place = this.place(event);
    if (!place || event.button) return;
    event.target.releasePointerCapture?.(event.pointerId);
    // A finger may be about to scroll: it paints once it taps, stays for a moment, or moves sideways.
    if (event.pointerType === "touch") this.finger = { place, timer: setTimeout(() => this.dip(place), HOLD_MS) };
    else this.dip(place);
  }

  dip(place) {
    clearTimeout(this.finger?.timer);
    this.finger = null;
    this.brush = !this.days[place[0]][place[1]];
    this.paint(...place);
  }

  end(tapped) {
    if (this.finger && tapped) this.dip(this.finger.place);
    clearTimeout(this.finger?.timer);
    this.finger = null;
    this.brush = null;
  }

  drag(event) {
    if (this.finger && this.place(event)?.join() !== this.finger.place.join()) this.dip(this.finger.place);
    const place = this.brush === null ? null : this.place(event);
    if (!place || place.join() === this.focused.join()) return;
    // A quick pointer skips cells: all on the straight line from the last one are painted.
    const [day, at] = this.focused;
    const steps = Math.max(Math.abs(place[0] - day), Math.abs(place[1] - at));
    for (let n = 1; n <= steps; n += 1) {
      const between = (from, to) => Math.round(from + ((to - from) * n) / steps);
      this.days[between(day, place[0])][between(at, place[1])] = this.brush;
    }
    this.paint(...place);
  }

  paint(day, at, active = this.brush) {
    this.days[day][at] = active;
    this.texts.forEach((input, one) => write(input, this.days[one], this.step));
    this.focused = [day, at];
    this.draw();
  }

  fill(how) {
    if (!how) return;
    const whole = (active) => new Array(MINUTES / this.step).fill(active);
    this.days = this.days.map((cells, day) => {
      if (how === "always" || how === "never") return whole(how === "always");
      return how === "all" || day < 5 ? [...this.days[0]] : cells;
    });
    this.texts.forEach((input, day) => write(input, this.days[day], this.step));
    this.draw();
  }

  press(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const [day, at] = this.focused;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.paint(day, at, !this.days[day][at]);
      this.cells[day][at].focus();
      return;
    }
    let move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    if (NARROW.matches) move = [move[1], move[0]];
    const next = [(day + move[0] + 7) % 7, Math.min(Math.max(at + move[1], 0), this.cells[0].length - 1)];
    if (event.shiftKey) this.paint(...next, this.days[day][at]);
    this.hold(...next);
    this.cells[next[0]][next[1]].focus();
  }
}

export function startWeek() {
  for (const root of document.querySelectorAll("[data-week]")) new Painter(root);
}
