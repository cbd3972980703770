// Badges that wait for an answer: the panel is fetched when the feed says so, and counts down.

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

export function startAsks() {
  const panel = document.getElementById("asks");
  if (!panel) return;
  setInterval(() => panel.querySelectorAll("[data-ask]").forEach(tick), TICK_MS);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.dispatchEvent(new CustomEvent("asks-changed"));
  });
}
