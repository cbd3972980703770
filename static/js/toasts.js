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

// What an error page of the server tells, or that nobody answered: a gateway's own page tells nothing.
function told(html) {
  const page = new DOMParser().parseFromString(html || "", "text/html");
  return [...page.querySelectorAll("[data-told]")].map((part) => part.textContent.trim()).join(". ");
}

function failed(event) {
  if (event.detail.requestConfig?.headers?.["X-Live"]) return;
  const lost = document.getElementById("toast-lost")?.content.textContent;
  toast(told(event.detail.xhr?.responseText) || lost, { bad: true });
}

export function startToasts() {
  document.addEventListener("htmx:sendError", failed);
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest(".toast").remove();
  });
}
