// A fragment that says the same as before is left alone: no flicker, nothing announced twice.

function content(element) {
  const copy = element.cloneNode(true);
  for (const age of copy.querySelectorAll("[data-since]")) age.textContent = "";
  return `${copy.className} ${copy.dataset.state} ${copy.innerHTML}`;
}

export function startFragments() {
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const fresh = fragment.firstElementChild;
    if (fresh && target.open && fresh.matches("[data-keep-open]")) fresh.open = true;
    if (fresh?.id && fresh.id === target.id && content(fresh) === content(target)) {
      event.detail.shouldSwap = false;
    }
  });
}
