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
  return {
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
