// The ranges of a week as chips, and a line to add one: days, from, to.
import { MINUTES, hours, minutesOf, rangesOf } from "./week_hours.js";

// Days in short, three or more in a row as a span: "Mon–Fri, Sun".
function daysText(days, names) {
  const runs = [];
  for (const day of days) {
    if (runs.at(-1)?.at(-1) === day - 1) runs.at(-1).push(day);
    else runs.push([day]);
  }
  const told = runs.flatMap((run) => (run.length > 2 ? `${names[run[0]]}–${names[run.at(-1)]}` : run.map((day) => names[day])));
  return told.join(", ");
}

export class Ranges {
  // `change(days, span, active)` is asked to make a span of some days active or not.
  constructor(root, change) {
    this.change = change;
    this.line = root.querySelector(".painter__line");
    this.list = root.querySelector(".painter__ranges");
    this.chip = root.querySelector("template");
    this.said = root.querySelector("[role=status]");
    this.words = root.dataset;
    this.days = [...this.line.querySelectorAll("[data-week-day]")];
    this.names = this.days.map((button) => button.textContent.trim());
    this.line.hidden = false;
    this.line.addEventListener("click", (event) => this.click(event));
    this.line.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("click", (event) => this.remove(event.target.closest("button")));
  }

  click(event) {
    const button = event.target.closest("button");
    if (this.days.includes(button)) button.ariaPressed = String(button.ariaPressed !== "true");
    else if (button) this.add();
  }

  // Enter in a field adds the range instead of sending the form.
  press(event) {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    this.add();
  }

  add() {
    const days = this.days.flatMap((button, day) => (button.ariaPressed === "true" ? [day] : []));
    const fields = [...this.line.querySelectorAll("input")];
    const missing = days.length ? fields.find((field) => !field.value) : this.days[0];
    if (missing) {
      missing.focus();
      return;
    }
    const [from, to] = fields.map((field) => minutesOf(field.value));
    this.tell(days, [from, to || MINUTES], true);
    fields[0].focus();
  }

  remove(chip) {
    if (!chip) return;
    const place = [...this.list.children].indexOf(chip.closest("li"));
    const { days, span } = this.ranges[place];
    this.tell(days, span, false);
    const next = this.list.children[Math.min(place, this.ranges.length - 1)];
    (next?.querySelector("button") ?? this.days[0]).focus();
  }

  tell(days, span, active) {
    this.change(days, span, active);
    this.said.textContent = `${this.text({ days, span })}: ${active ? this.words.on : this.words.off}`;
  }

  text({ days, span }) {
    return `${daysText(days, this.names)} ${hours(span)}`;
  }

  draw(week) {
    this.ranges = rangesOf(week);
    this.list.hidden = !this.ranges.length;
    this.list.replaceChildren(...this.ranges.map((range) => this.made(range)));
  }

  made(range) {
    const made = this.chip.content.cloneNode(true);
    made.querySelector("[data-week-range]").textContent = this.text(range);
    return made;
  }
}
