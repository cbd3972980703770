// Short notices: the result of an action, or that the server did not answer. They stay while somebody
// points at them or has the keyboard in them.

const SHOWN_MS = 6000;
const SHOWN_BAD_MS = 12000;

function leave(item, after) {
  setTimeout(() => {
    if (item.matches(":hover, :focus-within")) leave(item, SHOWN_MS);
    else item.remove();
  }, after);
}

export function toast(text, { bad = false } = {}) {
  const box = document.getElementById("toasts");
  const pattern = document.getElementById("toast");
  if (!box || !pattern || !text) return;
  const item = pattern.content.firstElementChild.cloneNode(true);
  item.classList.toggle("toast--bad", bad);
  item.querySelector("[data-text]").textContent = text;
  box.append(item);
  leave(item, bad ? SHOWN_BAD_MS : SHOWN_MS);
}

function lost(event) {
  if (event.detail.requestConfig?.headers?.["X-Live"]) return;
  toast(document.getElementById("toast-lost")?.content.textContent, { bad: true });
}

export function startToasts() {
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", lost);
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest(".toast").remove();
  });
}
