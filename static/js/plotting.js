// What all curves share: the page's own colours, numbers in its language, times in the site's zone.

function colour(name) {
  const probe = document.createElement("i");
  probe.className = "swatch";
  probe.style.background = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).backgroundColor;
  probe.remove();
  return value;
}

export function palette() {
  return {
    ink: colour("--ink"),
    text: colour("--ink-3"),
    line: colour("--line"),
    fill: colour("--q-fill"),
    second: colour("--q-second"),
    accent: colour("--accent"),
    surface: colour("--surface"),
  };
}

export function faded(value, alpha = 0.14) {
  return value.replace(
    /^rgba?\(([^)]+)\)$/,
    (_all, parts) => `rgb(${parts.split(",").slice(0, 3).join(",")}, ${alpha})`,
  );
}

export function decimals(digits) {
  const options = { maximumFractionDigits: digits, minimumFractionDigits: digits };
  return new Intl.NumberFormat(document.documentElement.lang, options);
}

export function clocks(timeZone) {
  const lang = document.documentElement.lang;
  const offset = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "shortOffset" });
  const part = (each) => each.type === "timeZoneName";
  return {
    offset: (moment) => offset.formatToParts(moment).find(part).value.replace("GMT", "UTC"),
    minutes: new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "short" }),
    seconds: new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium" }),
    days: new Intl.DateTimeFormat(lang, { timeZone, day: "numeric", month: "short" }),
  };
}

// Calls `draw` whenever the colours of the page change; returns what stops that.
export function onThemeChange(draw) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  document.addEventListener("theme-changed", draw);
  dark.addEventListener("change", draw);
  return () => {
    document.removeEventListener("theme-changed", draw);
    dark.removeEventListener("change", draw);
  };
}

const REFRESH_MS = 15000;

// A figure whose data are fetched again and again; what draws them has `show` (new data) and `draw` (from nothing).
export class LiveFigure {
  constructor(figure, url) {
    this.figure = figure;
    this.url = url;
    this.box = figure.querySelector(".curve__plot");
    this.tip = figure.querySelector(".curve__tip");
    this.empty = figure.querySelector(".curve__empty");
  }

  start() {
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.box);
    this.forget = onThemeChange(() => this.draw());
    this.timer = setInterval(() => document.hidden || this.load(), REFRESH_MS);
    this.load();
  }

  // One that a swap took away stops by itself.
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
      const answer = await fetch(this.url, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.data = await answer.json();
    } catch {
      return;
    }
    this.show();
  }

  size() {
    return { width: this.box.clientWidth, height: this.box.clientHeight };
  }

  resize() {
    this.plot?.setSize(this.size());
  }

  // Writes lines beside the cursor, the first one plain; without lines nothing is told.
  tell(plot, lines) {
    this.tip.hidden = !lines.length;
    this.tip.replaceChildren(
      ...lines.map((text, place) => {
        const line = document.createElement(place ? "b" : "span");
        line.textContent = text;
        return line;
      }),
    );
    const right = this.figure.clientWidth - this.tip.offsetWidth;
    const left = Math.min(plot.bbox.left / devicePixelRatio + plot.cursor.left + 12, right);
    this.tip.style.transform = `translate(${left}px, 8px)`;
  }
}

export function font() {
  return `11px ${getComputedStyle(document.body).fontFamily}`;
}

// The limit: dashed steps.
export function limitLine(colours) {
  return {
    scale: "kW",
    stroke: colours.ink,
    width: 1.5,
    dash: [5, 4],
    points: { show: false },
    paths: window.uPlot.paths.stepped({ align: 1 }),
  };
}
