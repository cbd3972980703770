// A session that has ended: go to the log-in instead of showing it inside the page.

export function startSession() {
  const login = document.body.dataset.login;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const reached = new URL(event.detail.xhr.responseURL || location.href, location.href);
    if (!login || reached.pathname !== login) return;
    event.detail.shouldSwap = false;
    const here = encodeURIComponent(location.pathname + location.search);
    location.assign(`${login}?next=${here}`);
  });
}
