// Charts that stand above each other: one cursor, one period; drag to look closer.
import { drawBands } from "./chart_bands.js";
import { Gestures, allowedPart } from "./chart_gestures.js";
import { momentText, needsOf, timeAxis } from "./chart_times.js";
import { clocks, decimals, faded, onThemeChange, palette } from "./plotting.js";

const REFRESH_MS = 15000;
const LONG_REFRESH_MS = 60000;
const LONG_S = 7 * 3600;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const LEAST_DRAG_PX = 6;
const AXIS_PX = 56;
const STYLES = {
  main: (colours) => ({ stroke: colours.fill, width: 1.75 }),
  second: (colours) => ({ stroke: colours.second, width: 1.5 }),
  accent: (colours) => ({ stroke: colours.accent, width: 1.75 }),
  "limit-accepted": (colours) => ({ stroke: colours.ink, width: 1.5, dash: [5, 4] }),
  "limit-requested": (colours) => ({ stroke: colours.accent, width: 1.25, dash: [2, 3] }),
};
// Tell curves of the same colour apart, as the dashes of swatches do.
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

// A missing value breaks the line only where the silence is longer than the server allows.
function longGaps(plot, place, _from, _to, gaps) {
  const allowed = plot.chart.series[place - 1].gap;
  return gaps.filter(([from, to]) => plot.posToVal(to, "x", true) - plot.posToVal(from, "x", true) > allowed);
}

function rangeOf(chart) {
  if (chart.top !== null) return [0, chart.top];
  return (_plot, low, high) => {
    if (low === null || high === null) return [0, 1];
    if (chart.zero) return [Math.min(low * 1.12, 0), Math.max(high * 1.12, low < 0 ? 0 : 1)];
    const room = Math.max((high - low) * 0.15, 1);
    return [low - room, high + room];
  };
}

function swatch({ style, dash }) {
  const mark = document.createElement("i");
  mark.className = `swatch swatch--line swatch--${style}`;
  if (dash) mark.classList.add(`swatch--dash-${dash}`);
  return mark;
}

class Charts {
  constructor(panel) {
    this.panel = panel;
    this.list = panel.querySelector("[data-charts-list]");
    this.template = panel.querySelector("template[data-chart]");
    this.reset = panel.querySelector("[data-charts-reset]");
    this.period = { start: Number(panel.dataset.start), end: Number(panel.dataset.end) };
    this.zoomed = null;
    this.plots = [];
    this.sync = window.uPlot.sync("connector");
    this.words = { outage: panel.dataset.outage };
    this.reset.addEventListener("click", () => this.zoom(null));
    for (const button of panel.querySelectorAll("[data-charts-step]")) {
      button.addEventListener("click", () => this.step(button.dataset.chartsStep));
    }
    this.all = panel.querySelector("[data-charts-all]");
    this.all?.addEventListener("click", () => panel.classList.remove("charts--short"));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.list);
    this.forget = onThemeChange(() => this.draw());
    this.load();
  }

  stop() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    this.forget();
    this.clear();
  }

  clear() {
    for (const plot of this.plots) {
      this.sync.unsub(plot);
      plot.destroy();
    }
    this.plots = [];
    this.list.replaceChildren();
  }

  // A preset moves on with the time; chosen times and a part that was dragged out stay.
  address() {
    const url = new URL(this.panel.dataset.charts, location.href);
    url.searchParams.set("width", String(Math.max(Math.round(this.list.clientWidth), 1)));
    const { preset } = this.panel.dataset;
    if (!this.zoomed && preset) {
      url.searchParams.set("period", preset);
      return url;
    }
    const wanted = this.zoomed ?? this.period;
    const live = !this.zoomed && "liveCharts" in this.panel.dataset;
    url.searchParams.set("start", String(wanted.start));
    url.searchParams.set("end", String(live ? Date.now() / 1000 : wanted.end));
    return url;
  }

  async load() {
    if (!this.panel.isConnected) {
      this.stop();
      return;
    }
    clearTimeout(this.timer);
    const failed = this.panel.querySelector("[data-charts-failed]");
    const asked = this.zoomed;
    try {
      const answer = await fetch(this.address(), { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const data = await answer.json();
      if (asked !== this.zoomed || !this.panel.isConnected) return;
      this.data = data;
      failed.hidden = true;
      this.show();
    } catch {
      failed.hidden = false;
    }
    this.plan();
  }

  plan() {
    const moves = "liveCharts" in this.panel.dataset && !this.zoomed;
    const broken = !this.panel.querySelector("[data-charts-failed]").hidden;
    if (!moves && !broken) return;
    const long = this.period.end - this.period.start > LONG_S;
    this.timer = setTimeout(
      () => (document.hidden ? this.plan() : this.load()),
      long ? LONG_REFRESH_MS : REFRESH_MS,
    );
  }

  show() {
    this.panel.querySelector("[data-charts-empty]").hidden = this.data.charts.length > 0;
    if (this.data.charts.length) this.told = this.data.charts;
    else if (this.zoomed && this.told) this.data.charts = this.told.map((chart) => this.emptied(chart));
    if (this.all) this.all.hidden = this.data.charts.length < 2;
    this.panel.classList.toggle("is-empty", !this.data.charts.length);
    this.panel.querySelector("[data-charts-resolution]").textContent = this.data.note;
    this.panel.dataset.shown = `${this.data.start} ${this.data.end}`;
    const same =
      this.plots.length === this.data.charts.length &&
      this.data.charts.every((chart, place) => this.plots[place].key === this.shape(chart));
    if (!same) {
      this.draw();
      return;
    }
    for (const [place, chart] of this.data.charts.entries()) {
      this.plots[place].chart = chart;
      this.plots[place].setData(this.rows(chart), false);
      this.plots[place].setScale("x", { min: this.data.start, max: this.data.end });
    }
  }

  // Where nothing was measured the charts stay, so that fingers find back.
  emptied(chart) {
    const values = this.data.times.map(() => null);
    return { ...chart, series: chart.series.map((each) => ({ ...each, values })) };
  }

  shape(chart) {
    return [chart.key, ...chart.series.map((each) => each.label)].join("|");
  }

  rows(chart) {
    return [this.data.times, ...chart.series.map((each) => each.values)];
  }

  draw() {
    this.clear();
    if (!this.data) return;
    this.colours = palette();
    this.clock = clocks(this.data.timezone);
    for (const chart of this.data.charts) this.add(chart);
  }

  add(chart) {
    const figure = this.template.content.firstElementChild.cloneNode(true);
    figure.querySelector("[data-chart-label]").textContent = chart.label;
    figure.querySelector(".chart__unit").textContent = chart.unit;
    figure.dataset.chartKey = chart.key;
    const values = chart.series.map((each) => {
      const item = document.createElement("span");
      item.className = "key__item";
      const value = document.createElement("b");
      item.append(swatch(each), `${each.label} `, value);
      figure.querySelector(".key").append(item);
      return value;
    });
    this.list.append(figure);
    const box = figure.querySelector(".chart__plot");
    const plot = new window.uPlot(this.options(chart, figure, values, box), this.rows(chart), box);
    plot.key = this.shape(chart);
    new Gestures(plot, { move: (part) => this.move(part), done: (part) => this.zoom(part) });
    this.sync.sub(plot);
    this.plots.push(plot);
  }

  options(chart, figure, values, box) {
    const number = decimals(chart.decimals);
    const at = figure.querySelector(".chart__at");
    return {
      width: box.clientWidth,
      height: box.clientHeight,
      series: [{}, ...chart.series.map((each) => this.series(each, chart))],
      axes: this.axes(chart),
      legend: { show: false },
      padding: [8, 24, 0, 0],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG_PX },
        points: { size: 6 },
        sync: { key: this.sync.key, setSeries: false },
        bind: {
          dblclick: () => () => this.zoom(null),
          mousedown: (_plot, _target, handler) => (event) => (event.shiftKey ? null : handler(event)),
        },
      },
      scales: {
        x: { time: true, min: this.data.start, max: this.data.end, auto: false },
        y: { range: rangeOf(chart) },
      },
      tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), this.data.timezone),
      hooks: {
        init: [(plot) => (plot.chart = chart)],
        drawClear: [(plot) => drawBands(plot, this.data, this.colours, this.words, this.isFirst(plot))],
        setCursor: [(plot) => this.read(plot, values, at, number)],
        setSelect: [(plot) => this.selected(plot)],
      },
    };
  }

  series(each, chart) {
    const style = STYLES[each.style](this.colours);
    const dashed = each.dash ? { dash: DASHES[each.dash] } : {};
    const common = { ...style, ...dashed, points: { show: false } };
    if (each.step) return { ...common, paths: window.uPlot.paths.stepped({ align: 1 }) };
    const alone = chart.series.filter((other) => !other.step).length === 1;
    const filled = each.style === "main" && alone && chart.zero;
    return { ...common, gaps: longGaps, ...(filled ? { fill: faded(style.stroke) } : {}) };
  }

  axes(chart) {
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const common = { stroke: this.colours.text, font, ticks: { show: false } };
    const plain = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
    return [
      { ...common, ...timeAxis(this.clock, () => this.needs()) },
      {
        ...common,
        size: AXIS_PX,
        gap: 8,
        space: 28,
        ...(chart.unit ? {} : { incrs: WHOLE_STEPS }),
        grid: { stroke: this.colours.line, width: 1 },
        values: (_plot, ticks) => ticks.map((tick) => plain.format(tick)),
      },
    ];
  }

  read(plot, values, at, number) {
    const { chart } = plot;
    const index = plot.cursor.idx;
    const inside = index !== null && index !== undefined && plot.cursor.left >= 0;
    at.textContent = inside ? momentText(this.clock, this.needs(), this.data.times[index]) : "";
    for (const [place, each] of chart.series.entries()) {
      const value = inside ? this.nearest(each, index) : null;
      values[place].textContent = value === null ? "" : `${number.format(value)}\u202f${chart.unit}`;
    }
  }

  needs() {
    const { start, end } = this.data;
    return needsOf(this.clock, start, end);
  }

  // Times between two samples of this quantity show the last one, as long as it holds.
  nearest(each, index) {
    if (each.step) return each.values[index];
    for (let place = index; place >= 0; place -= 1) {
      if (this.data.times[index] - this.data.times[place] > each.gap) return null;
      if (each.values[place] !== null) return each.values[place];
    }
    return null;
  }

  selected(plot) {
    const { left, width } = plot.select;
    if (width < LEAST_DRAG_PX) return;
    const start = plot.posToVal(left, "x");
    const end = plot.posToVal(left + width, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (plot.cursor.event) this.zoom({ start, end });
  }

  // While it is being moved, what is there moves; the finer data come when it stands still.
  move({ start, end }) {
    for (const plot of this.plots) plot.setScale("x", { min: start, max: end });
  }

  step(name) {
    if (!this.data) return;
    const { start, end } = this.zoomed ?? this.data;
    const length = end - start;
    const by = { earlier: -0.5, later: 0.5, closer: 0, further: 0 }[name] * length;
    const grow = { earlier: 0, later: 0, closer: -0.25, further: 0.5 }[name] * length;
    this.zoom(allowedPart(start + by - grow, end + by + grow));
  }

  isFirst(plot) {
    return this.data.charts[0] === plot.chart;
  }

  async zoom(wanted) {
    if (wanted === null && this.zoomed === null) return;
    this.zoomed = wanted;
    this.reset.hidden = wanted === null;
    await this.load();
    if (this.data) this.tell();
  }

  // The period that is looked at stands in the address, in the fields and in the download.
  tell() {
    const url = new URL(location.href);
    const whole = this.zoomed === null;
    this.whole ??= url.search;
    if (whole) url.search = this.whole;
    else {
      url.searchParams.delete("period");
      url.searchParams.set("from", this.data.from);
      url.searchParams.set("to", this.data.to);
    }
    if (document.querySelector("[data-period-from]")) {
      history.replaceState(history.state, "", url);
      const local = (text) => text.slice(0, "2026-01-31T12:00:00".length); // such fields take no offset
      document.querySelector("[data-period-from]").value = local(this.data.from);
      document.querySelector("[data-period-to]").value = local(this.data.to);
    }
    for (const preset of document.querySelectorAll("[data-periods] [aria-current]")) {
      preset.dataset.chosen ??= preset.getAttribute("aria-current");
      preset.setAttribute("aria-current", whole ? preset.dataset.chosen : "false");
    }
    const file = document.querySelector("[data-samples]");
    if (!file) return;
    file.dataset.whole ??= file.getAttribute("href");
    const address = new URL(file.dataset.whole, location.href);
    if (!whole) address.search = `?${new URLSearchParams({ from: this.data.from, to: this.data.to })}`;
    file.href = address;
  }

  resize() {
    for (const plot of this.plots) {
      const box = plot.root.parentElement;
      plot.setSize({ width: box.clientWidth, height: box.clientHeight });
    }
  }
}

const started = new WeakSet();

function startIn() {
  for (const panel of document.querySelectorAll("[data-charts]")) {
    if (started.has(panel)) continue;
    started.add(panel);
    new Charts(panel);
  }
}

export function startCharts() {
  startIn();
  document.addEventListener("htmx:afterSettle", startIn);
}
