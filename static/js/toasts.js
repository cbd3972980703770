// Short notices: the result of an action, or that the server did not answer.

const SHOWN_MS = 6000;

export function toast(text, { bad = false } = {}) {
  const box = document.getElementById("toasts");
  if (!box || !text) return;
  const item = document.createElement("p");
  item.className = bad ? "toast toast--bad" : "toast";
  item.textContent = text;
  box.append(item);
  setTimeout(() => item.remove(), SHOWN_MS);
}

function lost(event) {
  if (event.detail.requestConfig?.headers?.["X-Live"]) return;
  toast(document.getElementById("toast-lost")?.content.textContent, { bad: true });
}

export function startToasts() {
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", lost);
}
