// Badges that wait for an answer: the panel is fetched when the feed says so, and counts down.
// An open dialog makes all else inert: meanwhile the panel stands in it.

const TICK_MS = 250;
const NARROW = "\u202f";
const ends = new WeakMap();

function tick(ask) {
  if (!ends.has(ask)) ends.set(ask, performance.now() + Number(ask.dataset.ask) * 1000);
  const left = (ends.get(ask) - performance.now()) / 1000;
  ask.querySelector("[data-ask-left]").textContent = `${Math.max(0, Math.ceil(left))}${NARROW}s`;
  ask.querySelector("progress").value = Math.max(0, left);
  if (left <= 0) ask.remove();
}

function follow(panel) {
  const home = panel.parentElement;
  const put = (place) => panel.parentElement !== place && place.append(panel);
  const toTheFront = () => put(document.querySelector("dialog:modal") ?? home);

  new MutationObserver(toTheFront).observe(document, { attributeFilter: ["open"], subtree: true });
  document.addEventListener("htmx:afterSwap", toTheFront);
  // What a dialog holds goes when it closes and when its form comes again.
  document.addEventListener("close", () => put(home), true);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== panel && event.detail.target.contains(panel)) put(home);
  });
}

export function startAsks() {
  const panel = document.getElementById("asks");
  if (!panel) return;
  follow(panel);
  setInterval(() => panel.querySelectorAll("[data-ask]").forEach(tick), TICK_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.dispatchEvent(new CustomEvent("asks-changed"));
  });
}
