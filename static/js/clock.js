// The clock of the page's site, ticking in the site's time zone.

export function startClock() {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const zone = { timeZone: clock.dataset.clock };
  const language = document.documentElement.lang;
  const time = new Intl.DateTimeFormat("en-GB", { ...zone, timeStyle: "medium" });
  const date = new Intl.DateTimeFormat(language, {
    ...zone,
    weekday: "short",
    day: "numeric",
    month: "short",
  });
  const offset = Date.parse(clock.getAttribute("datetime")) - Date.now();
  const wrong = Math.abs(offset) > 2000 ? offset : 0;
  const tick = () => {
    const now = new Date(Date.now() + wrong);
    clock.querySelector("[data-clock-time]").textContent = time.format(now);
    clock.querySelector("[data-clock-date]").textContent = date.format(now);
  };
  tick();
  setInterval(tick, 1000);
}
