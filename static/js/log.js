// The message log: the live feed brings only what is newer than the first line; long pages forget the end.

const MOST = 400;

export function startLog() {
  document.addEventListener("htmx:configRequest", (event) => {
    const log = document.querySelector("[data-log]");
    const asked = new URL(event.detail.path, location.href);
    if (!log || !asked.searchParams.has("only") || asked.pathname !== location.pathname) return;
    const first = log.querySelector("[data-cursor]");
    const wanted = document.querySelector("[data-log-live]")?.checked ?? true;
    if (!wanted) event.detail.parameters.after = "paused";
    else if (first) event.detail.parameters.after = first.dataset.cursor;
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const log = event.detail.target;
    if (log?.id !== "log") return;
    while (log.children.length > MOST) log.lastElementChild.remove();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-log-live]") && event.target.checked)
      document.dispatchEvent(new CustomEvent("live-refresh"));
  });
}
