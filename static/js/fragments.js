// A fragment that says the same as before is left alone: no flicker, nothing announced twice. What was opened
// in it stays open; what was fetched on opening (data-lazy) stays too, unless its line says something new.

function content(element) {
  const copy = element.cloneNode(true);
  for (const age of copy.querySelectorAll("[data-since]")) age.textContent = "";
  for (const lazy of copy.querySelectorAll("[data-lazy]")) lazy.replaceChildren();
  for (const opened of copy.querySelectorAll("details[data-keep-open]")) opened.removeAttribute("open");
  return `${copy.className} ${copy.dataset.state} ${copy.innerHTML}`;
}

function keepOpen(target, fragment) {
  for (const old of target.querySelectorAll("details[data-keep-open][open]")) {
    const fresh = fragment.querySelector(`#${CSS.escape(old.id)}`);
    if (!fresh) continue;
    fresh.open = true;
    const [before, after] = [old, fresh].map((each) => each.querySelector("[data-lazy]"));
    if (!before || !after) continue;
    const [said, says] = [old, fresh].map((each) => each.querySelector("summary").textContent);
    if (said === says) after.replaceWith(before);
    else after.setAttribute("hx-trigger", "load");
  }
}

export function startFragments() {
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const fresh = fragment.firstElementChild;
    if (fresh && target.open && fresh.matches("[data-keep-open]")) fresh.open = true;
    if (fresh?.id && fresh.id === target.id && content(fresh) === content(target)) {
      event.detail.shouldSwap = false;
      return;
    }
    keepOpen(target, fragment);
  });
}
