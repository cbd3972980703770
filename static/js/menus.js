// Menus are details elements: closed by Escape and by a click elsewhere, walked through with the arrow keys.

const ITEMS = "a[href], button";

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

function shownItems(menu) {
  return [...menu.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());
}

function walk(menu, key) {
  const items = shownItems(menu);
  const at = items.indexOf(document.activeElement);
  const last = items.length - 1;
  const next = {
    ArrowDown: at === last ? 0 : at + 1,
    ArrowUp: at <= 0 ? last : at - 1,
    Home: 0,
    End: last,
  };
  items[next[key]]?.focus();
}

function pressed(event) {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key === "Escape") {
    closeMenus();
    menu?.querySelector("summary")?.focus();
    return;
  }
  const typing = event.target.matches?.("input") && ["Home", "End"].includes(event.key);
  if (!menu || typing || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  walk(menu, event.key);
}

// Folds accents, so that "depot" finds "Dépôt".
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function filter(field) {
  const wanted = folded(field.value.trim());
  const items = [...document.getElementById(field.dataset.filters).children];
  for (const item of items) item.hidden = !folded(item.textContent).includes(wanted);
  const none = field.closest(".menu").querySelector("[data-none]");
  if (none) none.hidden = items.some((item) => !item.hidden);
}

export function startMenus() {
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  document.addEventListener("click", (event) => {
    const ground = event.target.matches("details.menu");
    closeMenus(ground ? null : event.target.closest("details.menu"));
  });
  document.addEventListener("keydown", pressed);
  document.addEventListener("input", (event) => {
    if (event.target.dataset.filters) filter(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.dataset?.filters) return;
    event.preventDefault();
    shownItems(document.getElementById(event.target.dataset.filters))[0]?.click();
  });
}
