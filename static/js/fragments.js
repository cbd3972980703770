// A fragment that says the same as before is left alone: no flicker, nothing announced twice. Where somebody is at
// work in it, that goes on (keeping.js); what was fetched on opening (data-lazy) stays too, unless its line says
// something new. While a pointer is down in it or its text is marked, it waits.

import { followScrolling, prepare, resume, snapshot } from "./keeping.js";
import { renew } from "./rows.js";

const LONGEST_HOLD_MS = 30000;

let live = false;
let pressed = null;
let marked = null;
let markedAt = 0;
let waiting = false;
let asked = 0;
const states = new Map();

function content(element) {
  const copy = element.cloneNode(true);
  for (const age of copy.querySelectorAll("[data-since]")) age.textContent = "";
  for (const lazy of copy.querySelectorAll("[data-lazy]")) lazy.replaceChildren();
  for (const opened of copy.querySelectorAll("details[open]")) opened.removeAttribute("open");
  return `${copy.className} ${copy.dataset.state} ${copy.innerHTML}`;
}

function keepLazy(target, fragment) {
  for (const old of target.querySelectorAll("details[data-keep-open][open]")) {
    const fresh = fragment.querySelector(`#${CSS.escape(old.id)}`);
    const [before, after] = [old, fresh].map((each) => each?.querySelector("[data-lazy]"));
    if (fresh) fresh.open = true;
    if (!before || !after) continue;
    const [said, says] = [old, fresh].map((each) => each.querySelector("summary").textContent);
    if (said === says) after.replaceWith(before);
    else after.setAttribute("hx-trigger", "load");
  }
}

// Whether a click or a marked text would be lost with the element. The selection is not asked here: for every one of
// a thousand rows the browser would lay the page out first.
function held(element) {
  if (pressed && element.contains(pressed)) return true;
  return Boolean(marked) && performance.now() - markedAt < LONGEST_HOLD_MS && element.contains(marked);
}

function release() {
  if (!waiting || pressed || asked > 0 || marked) return;
  waiting = false;
  document.dispatchEvent(new CustomEvent("live-refresh"));
}

function followHands() {
  document.addEventListener("pointerdown", (event) => (pressed = event.target), true);
  for (const end of ["pointerup", "pointercancel"]) {
    // The click comes after the pointer is up.
    window.addEventListener(end, () => setTimeout(() => ((pressed = null), release())), true);
  }
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    marked = selection && !selection.isCollapsed ? selection.anchorNode : null;
    markedAt = performance.now();
    release();
  });
}

function beforePart(event) {
  const { target, fragment } = event.detail;
  const fresh = fragment.firstElementChild;
  const same = Boolean(fresh?.id) && fresh.id === target.id;
  if (live && held(target)) {
    waiting ||= content(fresh) !== content(target);
    event.detail.shouldSwap = false;
  } else if (same && ((live && renew(target, fresh)) || content(fresh) === content(target))) {
    event.detail.shouldSwap = false;
  } else {
    if (target.open && fresh?.matches("[data-keep-open]")) fresh.open = true;
    keepLazy(target, fragment);
    if (live && same) carry(target, fresh);
  }
}

// Of menus with one name only one may be open: the old one leaves them before the fresh one comes.
function carry(target, fresh) {
  const state = snapshot(target);
  for (const menu of target.querySelectorAll("details[name]")) menu.removeAttribute("name");
  prepare(fresh, state);
  states.set(fresh.id, state);
}

// An element that fetches itself is exchanged as a whole.
function beforeWhole(event) {
  const { target } = event.detail;
  live = isLive(event);
  if (live && asked > 0) {
    event.detail.shouldSwap = false;
    waiting = true;
  }
  if (!live || asked > 0 || !target.id || target === document.body) return;
  if (held(target)) event.detail.shouldSwap = false;
  else states.set(target.id, snapshot(target));
}

function afterwards(prepared) {
  for (const [id, state] of states) {
    const fresh = document.getElementById(id);
    if (!fresh) continue;
    if (!prepared) prepare(fresh, state);
    resume(fresh, state);
  }
  states.clear();
}

function isLive(event) {
  return Boolean(event.detail.requestConfig.headers["X-Live"]);
}

// What fetches itself rests while nobody looks.
function beforeRequest(event) {
  if (document.hidden && isLive(event)) event.preventDefault();
}

// What somebody asked for goes into the part that was there then: live parts wait for it.
function followRequests() {
  document.addEventListener("htmx:beforeSend", (event) => (asked += isLive(event) ? 0 : 1));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isLive(event)) return;
    asked = Math.max(0, asked - 1);
    release();
  });
}

export function startFragments() {
  followHands();
  followRequests();
  followScrolling();
  document.addEventListener("htmx:beforeRequest", beforeRequest);
  document.addEventListener("htmx:beforeSwap", beforeWhole);
  document.addEventListener("htmx:oobBeforeSwap", beforePart);
  document.addEventListener("htmx:oobAfterSwap", () => afterwards(true));
  document.addEventListener("htmx:afterSwap", () => afterwards(false));
}
