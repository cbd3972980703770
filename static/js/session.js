// A session that has ended: go to the log-in instead of showing it inside the page. And a page that the
// browser kept in its memory is old: it is fetched again.

export function startSession() {
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  const login = document.body.dataset.login;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const reached = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (!login || reached.pathname !== login) return;
    event.detail.shouldSwap = false;
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`${login}?next=${here}`);
  });
}
