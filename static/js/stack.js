// The power of a site over the last hours: one layer per connector, the largest at the bottom, under the limit.
import { clocks, decimals, faded, onThemeChange, palette } from "./plotting.js";

const REFRESH_MS = 15000;
const DARKEST = 0.85;
const LIGHTEST = 0.2;

class Stack {
  constructor(figure) {
    this.figure = figure;
    this.box = figure.querySelector(".curve__plot");
    this.tip = figure.querySelector(".curve__tip");
    this.number = decimals(1);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.box);
    this.forget = onThemeChange(() => this.draw());
    this.load();
    this.timer = setInterval(() => document.hidden || this.load(), REFRESH_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.observer.disconnect();
    this.forget();
    this.plot?.destroy();
  }

  async load() {
    if (!this.figure.isConnected) {
      this.stop();
      return;
    }
    try {
      const answer = await fetch(this.figure.dataset.stack, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.data = await answer.json();
    } catch {
      return;
    }
    this.figure.querySelector(".curve__empty").hidden = this.data.layers.length > 0;
    const shape = this.data.layers.map((layer) => layer.label).join("|");
    if (this.plot && shape === this.shape) this.plot.setData(this.rows());
    else this.draw();
    this.shape = shape;
  }

  // The sums up to every layer, the highest first: each is painted over by the next.
  rows() {
    const sums = [];
    let below = this.data.times.map(() => 0);
    for (const layer of this.data.layers) {
      below = below.map((value, at) => value + layer.values[at]);
      sums.unshift(below);
    }
    return [this.data.times, ...sums, this.data.limit];
  }

  draw() {
    if (!this.data || !window.uPlot) return;
    this.plot?.destroy();
    const colours = palette();
    const count = this.data.layers.length;
    const layers = this.data.layers.map((_layer, place) => {
      const alpha = DARKEST - ((DARKEST - LIGHTEST) * place) / Math.max(count - 1, 1);
      return { stroke: colours.surface, width: 1, fill: faded(colours.fill, alpha) };
    });
    this.plot = new window.uPlot(this.options(colours, layers.reverse()), this.rows(), this.box);
  }

  options(colours, layers) {
    const clock = clocks(this.data.timezone);
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: colours.text, font, ticks: { show: false } };
    // A band fills what lies between a sum and the next lower one; only the lowest reaches the ground.
    const series = layers.map((layer) => ({ scale: "kW", ...layer, points: { show: false } }));
    const limit = { scale: "kW", stroke: colours.ink, width: 1.5, dash: [5, 4], points: { show: false } };
    return {
      width: this.box.clientWidth,
      height: this.box.clientHeight,
      series: [{}, ...series, { ...limit, paths: window.uPlot.paths.stepped({ align: 1 }) }],
      bands: layers.slice(1).map((_layer, place) => ({ series: [place + 1, place + 2] })),
      axes: [
        {
          ...axis,
          size: 24,
          gap: 6,
          space: 72,
          grid: { show: false },
          values: (_plot, ticks) => ticks.map((tick) => clock.minutes.format(new Date(tick * 1000))),
          incrs: [60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600],
        },
        { ...axis, scale: "kW", size: 44, gap: 8, space: 30, grid: { stroke: colours.line, width: 1 } },
      ],
      legend: { show: false },
      padding: [8, 20, 0, 0],
      cursor: { y: true, drag: { x: false, y: false }, points: { show: false } },
      scales: { kW: { range: (_plot, _low, high) => [0, Math.max(high ?? 0, ...this.limits(), 1) * 1.08] } },
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), this.data.timezone),
      hooks: { setCursor: [(plot) => this.hover(plot, clock)] },
    };
  }

  limits() {
    return this.data.limit.map((value) => value ?? 0);
  }

  resize() {
    this.plot?.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
  }

  // Tells the layer under the pointer and the sum of all.
  hover(plot, clock) {
    const { idx, left, top } = plot.cursor;
    this.tip.hidden = idx === null || idx === undefined || left < 0;
    if (this.tip.hidden) return;
    const at = plot.posToVal(top, "kW");
    let sum = 0;
    let under = null;
    for (const layer of this.data.layers) {
      sum += layer.values[idx];
      if (!under && at <= sum) under = layer;
    }
    const power = (value) => `${this.number.format(value)}\u202fkW`;
    const lines = [clock.minutes.format(new Date(this.data.times[idx] * 1000))];
    if (under) lines.push(`${under.label}  ${power(under.values[idx])}`);
    lines.push(`${this.figure.dataset.total}  ${power(sum)}`);
    this.tip.replaceChildren(
      ...lines.map((text, place) => {
        const line = document.createElement(place ? "b" : "span");
        line.textContent = text;
        return line;
      }),
    );
    const right = this.figure.clientWidth - this.tip.offsetWidth;
    this.tip.style.transform = `translate(${Math.min(plot.bbox.left / devicePixelRatio + left + 12, right)}px, 8px)`;
  }
}

export function startStack() {
  for (const figure of document.querySelectorAll("[data-stack]")) new Stack(figure);
}
