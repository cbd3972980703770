// Keyboard shortcuts: "g" and a letter leads to a page, "/" to the search, "?" lists them all. They rest
// while somebody types, while a dialog is open, and where the account switched them off (WCAG 2.1.4).

const GO_MS = 1500;
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

let goUntil = 0;

function search() {
  const field = document.querySelector("main [role=search] input, main input[type=search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function changeSite() {
  const menu = document.getElementById("site-switch");
  if (!menu) return false;
  menu.open = true;
  (menu.querySelector("input") ?? menu.querySelector("a")).focus();
  return true;
}

function press(selector) {
  const found = document.querySelector(selector);
  found?.click();
  return Boolean(found);
}

function shown(dialog) {
  if (!dialog || dialog.open) return false;
  const list = dialog.querySelector("#page-keys dl");
  const keyed = [...document.querySelectorAll("main [data-key]")];
  list.replaceChildren(...keyed.flatMap(describe));
  dialog.querySelector("#page-keys").hidden = !keyed.length;
  dialog.showModal();
  return true;
}

function describe(element) {
  const term = document.createElement("dt");
  const key = document.createElement("kbd");
  key.textContent = element.dataset.key;
  term.append(key);
  const text = document.createElement("dd");
  text.textContent = element.title || element.getAttribute("aria-label") || element.textContent.trim();
  return [term, text];
}

function act(key) {
  const letter = CSS.escape(key);
  if (performance.now() < goUntil) {
    goUntil = 0;
    return press(`[data-go="${letter}"]`);
  }
  if (key === "g") {
    goUntil = performance.now() + GO_MS;
    return true;
  }
  if (key === "?") return shown(document.getElementById("shortcuts"));
  if (key === "/") return search() || changeSite();
  if (key === "w") return changeSite();
  return press(`[data-key="${letter}"]`);
}

function resting(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  if (document.body.hasAttribute("data-no-shortcuts")) return true;
  return Boolean(event.target.closest?.(TYPING) || document.querySelector("dialog[open]"));
}

export function startShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (event.key.length === 1 && !resting(event) && act(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const show = event.target.closest("[data-show]");
    if (show) shown(document.getElementById(show.dataset.show));
    const hide = event.target.closest("[data-hide]");
    if (hide) document.getElementById(hide.dataset.hide)?.close();
    if (event.target.id === "shortcuts") event.target.close();
  });
}
