// A week to paint on: drawn from the texts of the seven days, which stay what is sent and can be typed too.
import { MINUTES, clock, hours, mark, spansOf, weekOf } from "./week_hours.js";
import { Ranges } from "./week_ranges.js";

const HOLD_MS = 350;
const NARROW = window.matchMedia("(width < 48rem)");

class Painter {
  constructor(root) {
    this.root = root;
    this.grid = root.querySelector("[role=grid]");
    this.texts = [...root.querySelectorAll("[data-day]")];
    this.names = this.texts.map((input) => input.labels[0].textContent.trim());
    this.focused = [0, 0];
    this.brush = null;
    this.ranges = new Ranges(root, (days, span, active) => this.change(days, span, active));
    this.grid.hidden = false;
    const fold = root.querySelector("details");
    fold.open = fold.querySelector(".is-wrong") !== null;
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
    this.week = weekOf(this.texts.map((input) => input.value));
    this.ranges.draw(this.week);
    this.cells.forEach((row, day) => row.forEach((cell, at) => this.show(cell, day, at)));
    this.hold(...this.focused);
  }

  active(day, at) {
    return this.week[day].slice(at * this.step, (at + 1) * this.step).some(Boolean);
  }

  show(cell, day, at) {
    const active = this.active(day, at);
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
    this.brush = !this.active(...place);
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
      this.mark(between(day, place[0]), between(at, place[1]), this.brush);
    }
    this.paint(...place);
  }

  paint(day, at, active = this.brush) {
    this.mark(day, at, active);
    this.focused = [day, at];
    this.write();
  }

  mark(day, at, active) {
    mark(this.week, day, [at * this.step, (at + 1) * this.step], active);
  }

  change(days, span, active) {
    for (const day of days) mark(this.week, day, span, active);
    this.write();
  }

  write() {
    this.texts.forEach((input, day) => {
      input.value = spansOf(this.week[day]).map(hours).join(", ");
    });
    this.draw();
  }

  fill(how) {
    if (!how) return;
    this.week = this.week.map((minutes, day) => {
      if (how === "always" || how === "never") return new Array(MINUTES).fill(how === "always");
      return how === "all" || day < 5 ? [...this.week[0]] : minutes;
    });
    this.write();
  }

  press(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const [day, at] = this.focused;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.paint(day, at, !this.active(day, at));
      this.cells[day][at].focus();
      return;
    }
    let move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    if (NARROW.matches) move = [move[1], move[0]];
    const next = [(day + move[0] + 7) % 7, Math.min(Math.max(at + move[1], 0), this.cells[0].length - 1)];
    if (event.shiftKey) this.paint(...next, this.active(day, at));
    this.hold(...next);
    this.cells[next[0]][next[1]].focus();
  }
}

export function startWeek() {
  for (const root of document.querySelectorAll("[data-week]")) new Painter(root);
}
