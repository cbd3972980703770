// The power of a site over the last hours under its limit: what is drawn elsewhere at the bottom, then one layer per
// connector, the largest first.
import { momentText, needsOf, timeAxis } from "./chart_times.js";
import { LiveFigure, clocks, decimals, faded, font, limitLine, palette } from "./plotting.js";

const DARKEST = 0.85;
const LIGHTEST = 0.2;

class Stack extends LiveFigure {
  constructor(figure) {
    super(figure, figure.dataset.stack);
    this.number = decimals(1);
    this.start();
  }

  show() {
    this.layers = this.data.layers;
    if (this.data.base.length)
      this.layers = [
        { label: this.figure.dataset.base, values: this.data.base, base: true },
        ...this.data.layers,
      ];
    this.empty.hidden = this.layers.length > 0;
    const shape = this.layers.map((layer) => layer.label).join("|");
    if (this.plot && shape === this.shape) this.plot.setData(this.rows());
    else this.draw();
    this.shape = shape;
  }

  // The sums up to every layer, the highest first: each is painted over by the next. Where no layer knows
  // anything there is a gap.
  rows() {
    const sums = [];
    const known = this.data.times.map((_time, at) => this.layers.some((layer) => layer.values[at] !== null));
    let below = known.map((is) => (is ? 0 : null));
    for (const layer of this.layers) {
      below = below.map((value, at) => (value === null ? null : value + (layer.values[at] ?? 0)));
      sums.unshift(below);
    }
    return [this.data.times, ...sums, this.data.limit];
  }

  draw() {
    if (!this.data || !window.uPlot) return;
    this.plot?.destroy();
    const colours = palette();
    const shades = this.data.layers.length - 1;
    let place = 0;
    const layers = this.layers.map((layer) => {
      const alpha = DARKEST - ((DARKEST - LIGHTEST) * place) / Math.max(shades, 1);
      if (!layer.base) place += 1;
      return {
        stroke: colours.surface,
        width: 1,
        fill: layer.base ? colours.second : faded(colours.fill, alpha),
      };
    });
    this.plot = new window.uPlot(this.options(colours, layers.reverse()), this.rows(), this.box);
  }

  options(colours, layers) {
    this.clock = clocks(this.data.timezone);
    const axis = { stroke: colours.text, font: font(), ticks: { show: false } };
    // A band fills what lies between a sum and the next lower one; only the lowest reaches the ground.
    const series = layers.map((layer) => ({ scale: "kW", ...layer, points: { show: false } }));
    return {
      ...this.size(),
      series: [{}, ...series, limitLine(colours)],
      bands: layers.slice(1).map((_layer, place) => ({ series: [place + 1, place + 2] })),
      axes: [
        { ...axis, ...timeAxis(this.clock, () => this.needs()) },
        { ...axis, scale: "kW", size: 44, gap: 8, space: 30, grid: { stroke: colours.line, width: 1 } },
      ],
      legend: { show: false },
      padding: [8, 20, 0, 0],
      cursor: { y: true, drag: { x: false, y: false }, points: { show: false } },
      scales: { kW: { range: (_plot, _low, high) => [0, Math.max(high ?? 0, ...this.limits(), 1) * 1.08] } },
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), this.data.timezone),
      hooks: { setCursor: [(plot) => this.hover(plot)] },
    };
  }

  needs() {
    return needsOf(this.clock, this.data.times[0], this.data.times.at(-1));
  }

  limits() {
    return this.data.limit.map((value) => value ?? 0);
  }

  // Tells the layer under the pointer and the sum of all.
  hover(plot) {
    const { idx, left, top } = plot.cursor;
    const time = left < 0 ? undefined : this.data.times[idx];
    this.tell(plot, time === undefined ? [] : this.lines(idx, plot.posToVal(top, "kW"), time));
  }

  lines(idx, at, time) {
    let sum = null;
    let under = null;
    for (const layer of this.layers) {
      if (layer.values[idx] === null) continue;
      sum = (sum ?? 0) + layer.values[idx];
      if (!under && at <= sum) under = layer;
    }
    const power = (value) => (value === null ? "–" : `${this.number.format(value)}\u202fkW`);
    const lines = [momentText(this.clock, this.needs(), time, this.clock.minutes)];
    if (under) lines.push(`${under.label}  ${power(under.values[idx])}`);
    lines.push(`${this.figure.dataset.total}  ${power(sum)}`);
    return lines;
  }
}

export function startStack() {
  for (const figure of document.querySelectorAll("[data-stack]")) new Stack(figure);
}
