// The operation list: which rows are selected, the menu of a row, and the dialogs that confirm.
// The selection is kept by connector, so that it survives every exchange of rows.

const form = document.getElementById("operate");
const dialog = document.getElementById("dialog");
const menu = document.getElementById("row-menu");
const picked = new Set();
let anchor = null;

const boxes = () => [...form.querySelectorAll('input[name="target"]')];

function show() {
  const all = boxes();
  const present = new Set(all.map((box) => box.value));
  for (const value of picked) if (!present.has(value)) picked.delete(value);
  for (const box of all) box.checked = picked.has(box.value);
  const every = document.getElementById("pick-every");
  every.checked = all.length > 0 && picked.size === all.length;
  every.indeterminate = picked.size > 0 && !every.checked;
  form.querySelector("[data-picked]").textContent = picked.size;
  form.classList.toggle("has-picks", picked.size > 0);
}

// Rows come by the thousand: however many, what is selected is shown once.
let planned = false;
function plan() {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    show();
  });
}

function pick(box, on) {
  if (on) picked.add(box.value);
  else picked.delete(box.value);
}

function pickAll(on) {
  boxes().forEach((box) => pick(box, on));
  show();
}

// Everything between the row picked last and this one gets this one's state.
function pickTo(box, on, far) {
  const all = boxes();
  const from = all.findIndex((each) => each.value === anchor);
  const to = all.indexOf(box);
  const range = far && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
  range.forEach((each) => pick(each, on));
  anchor = box.value;
  show();
}

function clicked(event) {
  if (event.target.id === "pick-every") return pickAll(event.target.checked);
  if (event.target.closest("[data-pick-all]")) return pickAll(true);
  if (event.target.closest("[data-pick-none]")) return pickAll(false);
  const opener = event.target.closest("[data-row-menu]");
  if (opener) return openMenu(opener);
  if (event.target.closest("a, button, label, [popover]")) return undefined;
  const box = event.target.closest("#rows tr")?.querySelector('input[name="target"]');
  if (!box) return undefined;
  const on = event.target === box ? box.checked : !box.checked;
  if (event.shiftKey) getSelection()?.removeAllRanges();
  return pickTo(box, on, event.shiftKey);
}

// Arrows walk from row to row, with Shift they select; Ctrl+A selects all, Escape nothing.
function pressed(event) {
  const row = event.target.closest("#rows tr");
  if (!row || event.target.closest("[popover]")) return;
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) {
    const box = row[step]?.querySelector('input[name="target"]');
    if (!box) return;
    event.preventDefault();
    if (event.shiftKey) {
      pick(row.querySelector('input[name="target"]'), true);
      pickTo(box, true, false);
    }
    box.focus();
  } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    pickAll(true);
  } else if (event.key === "Escape" && picked.size) {
    pickAll(false);
  }
}

const USELESS = {
  running: ["start"],
  idle: ["stop", "pause", "resume"],
  paused: ["pause"],
  moving: ["resume"],
};

function openMenu(opener) {
  const row = opener.closest("tr");
  const running = row.hasAttribute("data-running");
  const paused = row.hasAttribute("data-paused");
  const useless = [...USELESS[running ? "running" : "idle"], ...USELESS[paused ? "paused" : "moving"]];
  for (const item of menu.querySelectorAll("[data-operation]")) {
    item.value = `${item.dataset.operation}:${row.id.slice("row-".length)}`;
    item.hidden = useless.includes(item.dataset.operation);
  }
  const place = row.querySelector("th a");
  menu.querySelector("[data-menu-title]").textContent = place.textContent;
  menu.querySelector("[data-menu-page]").href = place.href;
  menu.showPopover();
  const at = opener.getBoundingClientRect();
  const below = at.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.insetBlockStart = `${below ? at.bottom + 4 : Math.max(8, at.top - menu.offsetHeight - 4)}px`;
  menu.style.insetInlineStart = `${Math.max(8, at.right - menu.offsetWidth)}px`;
  menu.querySelector("[data-operation]:not([hidden])").focus();
}

// Many ticks travel as one field; the filter travels as the address has it now.
function prepare(event) {
  if (event.target !== form) return;
  const { parameters } = event.detail;
  delete parameters.target;
  parameters.targets = [...picked].join(",");
  const now = new URLSearchParams(location.search);
  for (const name of ["state", "zone", "q"]) parameters[name] = now.get(name) ?? "";
}

function startList() {
  form.addEventListener("click", clicked);
  form.addEventListener("keydown", pressed);
  menu.addEventListener("click", (event) => event.target.closest("button") && menu.hidePopover());
  document.addEventListener("htmx:configRequest", prepare);
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const fresh = event.detail.fragment.querySelectorAll?.('input[name="target"]') ?? [];
    for (const box of fresh) box.checked = picked.has(box.value);
  });
  document.addEventListener("htmx:afterSettle", plan);
  show();
}

// A row that passes the filter since a moment ago is not on the page yet: the list is fetched again.
function fetchMissing({ detail: { parts } }) {
  const appeared = parts.some((part) => part.id.startsWith("row-") && part.children.length);
  if (appeared) document.dispatchEvent(new CustomEvent("live-refresh"));
}

function openDialog(event) {
  if (event.detail.target === dialog && dialog.firstElementChild && !dialog.open) dialog.showModal();
}

if (form) startList();
document.addEventListener("live-missing", fetchMissing);
document.addEventListener("htmx:afterSwap", openDialog);
