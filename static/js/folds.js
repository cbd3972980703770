// Folds of secondary parts: open on wide screens and on paper; on a phone one opens what one looks for.

const WIDE = "(min-width: 40.0625rem)";

let opened = [];

function openAll() {
  const closed = [...document.querySelectorAll("[data-fold]:not([open])")];
  for (const fold of closed) fold.open = true;
  return closed;
}

export function startFolds() {
  if (matchMedia(WIDE).matches) openAll();
  window.addEventListener("beforeprint", () => (opened = openAll()));
  window.addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
  });
}
