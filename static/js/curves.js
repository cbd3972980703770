// Curves drawn with uPlot in the page's own colours; data come from the server, gaps stay gaps.
import { faded, onThemeChange, palette } from "./plotting.js";

const REFRESH_MS = 15000;

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });

function axes(colours, font, { soc }) {
  const common = { stroke: colours.text, font, ticks: { show: false } };
  const power = {
    ...common,
    scale: "kW",
    size: 44,
    gap: 8,
    space: 30,
    grid: { stroke: colours.line, width: 1 },
    values: (_plot, ticks) => ticks.map((tick) => whole.format(tick)),
  };
  const time = {
    ...common,
    size: 24,
    gap: 6,
    space: 72,
    grid: { show: false },
    values: (plot, ticks, _axis, _space, step) => {
      const clock = step < 60 ? plot.seconds : plot.clock;
      return ticks.map((tick) => clock.format(new Date(tick * 1000)));
    },
    incrs: [5, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400],
  };
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

class Curve {
  constructor(figure) {
    this.figure = figure;
    this.box = figure.querySelector(".curve__plot");
    this.empty = figure.querySelector(".curve__empty");
    this.tip = figure.querySelector(".curve__tip");
    this.soc = figure.dataset.curve === "session";
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.box);
    this.forget = onThemeChange(() => this.draw());
    this.load();
    this.timer = setInterval(() => document.hidden || this.load(), REFRESH_MS);
  }

  // A curve that a swap took away stops by itself.
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
      const answer = await fetch(this.figure.dataset.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.data = await answer.json();
    } catch {
      return;
    }
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

  resize() {
    this.plot?.setSize({ width: this.box.clientWidth, height: this.box.clientHeight });
  }

  draw() {
    if (!this.data?.times.length || !window.uPlot) return;
    this.plot?.destroy();
    const colours = palette();
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const list = axes(colours, font, { soc: this.soc });
    const series = [
      {},
      { scale: "kW", stroke: colours.fill, width: 1.75, fill: faded(colours.fill), points: { show: false } },
      {
        scale: "kW",
        stroke: colours.ink,
        width: 1.5,
        dash: [5, 4],
        points: { show: false },
        paths: window.uPlot.paths.stepped({ align: 1 }),
      },
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
        width: this.box.clientWidth,
        height: this.box.clientHeight,
        series,
        axes: list,
        legend: { show: false },
        padding: [8, this.soc ? 0 : 20, 0, 0],
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
        scales: {
          kW: { range: (_plot, _low, high) => [0, this.top(high)] },
          soc: { range: [0, 100] },
        },
        tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), this.data.timezone),
        hooks: { setCursor: [(plot) => this.hover(plot)], init: [(plot) => this.zone(plot)] },
      },
      this.rows(),
      this.box,
    );
  }

  zone(plot) {
    const zone = { timeZone: this.data.timezone };
    plot.clock = new Intl.DateTimeFormat("en-GB", { ...zone, timeStyle: "short" });
    plot.seconds = new Intl.DateTimeFormat("en-GB", { ...zone, timeStyle: "medium" });
  }

  top(high) {
    const limits = [this.data.limit].flat().map((value) => value ?? 0);
    const most = Math.max(high ?? 0, ...limits, this.data.max ?? 0, 1) * 1.08;
    const step = 10 ** Math.floor(Math.log10(most)) / 2;
    return Math.ceil(most / step) * step;
  }

  hover(plot) {
    const index = plot.cursor.idx;
    const at = index === null || index === undefined ? null : this.data.times[index];
    this.tip.hidden = at === null;
    if (at === null) return;
    const lines = [plot.clock.format(new Date(at * 1000))];
    const power = this.data.power[index];
    lines.push(power === null ? "–" : `${number.format(power)}\u202fkW`);
    const soc = this.soc ? this.data.soc[index] : null;
    if (soc !== null) lines.push(`${whole.format(soc)}\u202f%`);
    this.tip.replaceChildren(
      ...lines.map((text, place) => {
        const line = document.createElement(place ? "b" : "span");
        line.textContent = text;
        return line;
      }),
    );
    const width = this.figure.clientWidth - this.tip.offsetWidth;
    const left = Math.min(plot.bbox.left / devicePixelRatio + plot.cursor.left + 12, width);
    this.tip.style.transform = `translate(${left}px, 8px)`;
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
