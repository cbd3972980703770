// What somebody does in a part of the page goes on when a fresh one takes its place: what was opened stays open,
// what was typed stays typed, and focus, marked text of a field and scrolling stay where they are.

const FIELDS = "input:not([type=hidden], [type=file]), select, textarea";
const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex]";

// What was scrolled: asking every element would lay the page out anew for every fragment.
const moved = new Set();

// Names every element that `selector` finds: by its id, else by what it says, else by its place among its like.
function named(root, selector, name) {
  const found = new Map();
  const seen = new Map();
  const all = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) all.unshift(root);
  for (const element of all) {
    const own = element.id || name(element);
    const count = seen.get(own) ?? 0;
    seen.set(own, count + 1);
    found.set(`${own}#${count}`, element);
  }
  return found;
}

function words(element) {
  return `${element.localName} ${element.getAttribute("href") ?? ""} ${element.textContent.trim()}`;
}

function opening(details) {
  return details.querySelector("summary")?.textContent.trim() ?? "";
}

function fieldName(field) {
  const choice = ["checkbox", "radio"].includes(field.type) ? field.value : "";
  return `${field.form?.getAttribute("action") ?? ""} ${field.name} ${choice}`;
}

function usual(select) {
  return Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
}

function changed(field) {
  if (field.localName === "select") return field.selectedIndex !== usual(field);
  if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

function scrollName(element) {
  return `${element.localName}.${element.className}`;
}

function scrollOf(root) {
  const inside = [...moved].filter((element) => root.contains(element));
  if (!inside.length) return [];
  const places = [...named(root, "*", scrollName)].filter(([, element]) => inside.includes(element));
  return places.map(([key, at]) => [key, at.scrollLeft, at.scrollTop]);
}

export function followScrolling() {
  document.addEventListener(
    "scroll",
    (event) => {
      for (const element of moved) if (!element.isConnected) moved.delete(element);
      if (event.target !== document) moved.add(event.target);
    },
    { capture: true, passive: true },
  );
}

function focusOf(root) {
  const active = document.activeElement;
  if (!active || !root.contains(active)) return null;
  const [name] = [...named(root, FOCUSABLE, words)].find(([, element]) => element === active) ?? [];
  const range = active.matches("input, textarea") ? [active.selectionStart, active.selectionEnd] : null;
  return name ? { name, range } : null;
}

// Everything that would be lost with `root`.
export function snapshot(root) {
  const pick = (selector, name, wanted) =>
    [...named(root, selector, name)].filter(([, element]) => wanted(element));
  return {
    opened: pick("details", opening, (details) => details.open).map(([key]) => key),
    typed: pick(FIELDS, fieldName, changed),
    scrolled: scrollOf(root),
    focus: focusOf(root),
  };
}

// Puts back what can be put back before `fresh` is part of the page: nothing flickers.
export function prepare(fresh, state) {
  const details = named(fresh, "details", opening);
  for (const key of state.opened) if (details.has(key)) details.get(key).open = true;
  const fields = state.typed.length ? named(fresh, FIELDS, fieldName) : new Map();
  for (const [key, old] of state.typed) {
    const field = fields.get(key);
    if (!field) continue;
    if (["checkbox", "radio"].includes(old.type)) field.checked = old.checked;
    else field.value = old.value;
  }
}

// Puts back the rest once it is.
export function resume(fresh, state) {
  if (state.scrolled.length) {
    const places = named(fresh, "*", scrollName);
    for (const [key, left, top] of state.scrolled) places.get(key)?.scrollTo({ left, top, behavior: "instant" });
  }
  const { focus } = state;
  if (!focus || ![document.body, null].includes(document.activeElement)) return;
  const element = named(fresh, FOCUSABLE, words).get(focus.name);
  if (!element) return;
  element.focus({ preventScroll: true });
  if (focus.range && focus.range[0] !== null) element.setSelectionRange(...focus.range);
}
