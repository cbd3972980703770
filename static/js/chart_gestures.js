// Looking closer and moving along: fingers, wheel and mouse on a chart.
// One finger, or the mouse with Shift, moves along; two fingers, or the wheel with Ctrl, look closer.
const LEAST_MOVE_PX = 4;
const LEAST_S = 10;
const WHEEL_MS = 250;

// The part that is looked at, never shorter than ten seconds and never in the future.
export function allowedPart(start, end, now = Date.now() / 1000) {
  const length = Math.max(end - start, LEAST_S);
  const last = Math.min(end, Math.max(now, end - length));
  return { start: last - length, end: last };
}

export class Gestures {
  constructor(plot, { move, done }) {
    this.plot = plot;
    this.move = move;
    this.done = done;
    this.fingers = new Map();
    const { over } = plot;
    over.addEventListener("pointerdown", (event) => this.down(event));
    over.addEventListener("pointermove", (event) => this.moved(event));
    for (const name of ["pointerup", "pointercancel"]) {
      over.addEventListener(name, (event) => this.up(event));
    }
    over.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    return event.clientX - this.plot.over.getBoundingClientRect().left;
  }

  width() {
    return this.plot.over.clientWidth || 1;
  }

  part() {
    const { min, max } = this.plot.scales.x;
    return { start: min, end: max };
  }

  down(event) {
    if (event.pointerType === "mouse" && !(event.shiftKey && event.button === 0)) return;
    this.plot.over.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, this.place(event));
    this.anchor();
  }

  // Remembers which moments lie below the fingers.
  anchor() {
    const { start, end } = this.part();
    const seconds = (end - start) / this.width();
    this.anchors = [...this.fingers.values()].map((x) => ({ x, at: start + x * seconds }));
    this.length = end - start;
  }

  moved(event) {
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, this.place(event));
    const places = [...this.fingers.values()];
    if (!this.going && places.every((x, i) => Math.abs(x - this.anchors[i].x) < LEAST_MOVE_PX)) return;
    this.going = true;
    this.show(places);
  }

  show([first, second]) {
    const [one, two] = this.anchors;
    const apart = second === undefined ? 0 : second - first;
    const turned = two && Math.sign(apart) !== Math.sign(two.at - one.at);
    if (turned) return;
    const length = two ? ((two.at - one.at) / apart) * this.width() : this.length;
    const start = one.at - (first / this.width()) * length;
    this.wanted = allowedPart(start, start + length);
    this.move(this.wanted);
  }

  up(event) {
    if (!this.fingers.delete(event.pointerId)) return;
    if (this.fingers.size > 0) {
      this.anchor();
      return;
    }
    if (this.going) this.done(this.wanted);
    this.going = false;
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { start, end } = this.part();
    const share = this.place(event) / this.width();
    const length = (end - start) * Math.exp(event.deltaY * 0.003);
    const first = start + share * (end - start) - share * length;
    this.wanted = allowedPart(first, first + length);
    this.move(this.wanted);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.done(this.wanted), WHEEL_MS);
  }
}
