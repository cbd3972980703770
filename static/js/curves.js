// Curves drawn with uPlot in the page's own colours; data come from the server, gaps stay gaps.
import { momentText, needsOf, timeAxis } from "./chart_times.js";
import { LiveFigure, clocks, faded, font, limitLine, palette } from "./plotting.js";

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });

function axes(colours, { soc, clock, needs }) {
  const common = { stroke: colours.text, font: font(), ticks: { show: false } };
  const power = {
    ...common,
    scale: "kW",
    size: 44,
    gap: 8,
    space: 30,
    grid: { stroke: colours.line, width: 1 },
    values: (_plot, ticks) => ticks.map((tick) => whole.format(tick)),
  };
  const time = { ...common, ...timeAxis(clock, needs) };
  const percent = {
    ...common,
    scale: "soc",
    side: 1,
    size: 44,
    gap: 8,
    space: 40,
    grid: { show: false },
    values: (_plot, ticks) => ticks.map((tick) => `${whole.format(tick)}\u202f%`),
  };
  return soc ? [time, power, percent] : [time, power];
}

class Curve extends LiveFigure {
  constructor(figure) {
    super(figure, figure.dataset.url);
    this.soc = figure.dataset.curve === "session";
    this.start();
  }

  show() {
    this.empty.hidden = this.data.power.some((value) => value !== null);
    if (!this.data.times.length) return;
    if (this.plot) this.plot.setData(this.rows());
    else this.draw();
  }

  rows() {
    const { limit: given } = this.data;
    const limit = Array.isArray(given) ? given : this.data.times.map(() => given);
    const rows = [this.data.times, this.data.power, limit];
    return this.soc ? [...rows, this.data.soc] : rows;
  }

  draw() {
    if (!this.data?.times.length || !window.uPlot) return;
    this.plot?.destroy();
    const colours = palette();
    this.clock = clocks(this.data.timezone);
    const series = [
      {},
      { scale: "kW", stroke: colours.fill, width: 1.75, fill: faded(colours.fill), points: { show: false } },
      limitLine(colours),
    ];
    if (this.soc)
      series.push({
        scale: "soc",
        stroke: colours.accent,
        width: 1.75,
        spanGaps: true,
        points: { show: false },
      });
    this.plot = new window.uPlot(
      {
        ...this.size(),
        series,
        axes: axes(colours, { soc: this.soc, clock: this.clock, needs: () => this.needs() }),
        legend: { show: false },
        padding: [8, this.soc ? 0 : 20, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          kW: { range: (_plot, _low, high) => [0, this.top(high)] },
          soc: { range: [0, 100] },
        },
        tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), this.data.timezone),
        hooks: { setCursor: [(plot) => this.hover(plot)] },
      },
      this.rows(),
      this.box,
    );
  }

  needs() {
    return needsOf(this.clock, this.data.times[0], this.data.times.at(-1));
  }

  top(high) {
    const limits = [this.data.limit].flat().map((value) => value ?? 0);
    const most = Math.max(high ?? 0, ...limits, this.data.max ?? 0, 1) * 1.08;
    const step = 10 ** Math.floor(Math.log10(most)) / 2;
    return Math.ceil(most / step) * step;
  }

  hover(plot) {
    const at = this.data.times[plot.cursor.idx];
    if (at === undefined) {
      this.tell(plot, []);
      return;
    }
    const lines = [momentText(this.clock, this.needs(), at, this.clock.minutes)];
    const power = this.data.power[plot.cursor.idx];
    lines.push(power === null ? "–" : `${number.format(power)}\u202fkW`);
    const soc = this.soc ? this.data.soc[plot.cursor.idx] : null;
    if (soc !== null) lines.push(`${whole.format(soc)}\u202f%`);
    this.tell(plot, lines);
  }
}

const started = new WeakSet();

function startIn(root) {
  for (const figure of root.querySelectorAll("[data-curve]")) {
    if (started.has(figure)) continue;
    started.add(figure);
    new Curve(figure);
  }
}

export function startCurves() {
  startIn(document);
  document.addEventListener("htmx:afterSettle", () => startIn(document));
}
