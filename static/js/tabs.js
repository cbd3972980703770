// On a narrow screen the present tab is scrolled to where it can be seen.

function show() {
  for (const tab of document.querySelectorAll('.tabs [aria-current="page"]')) {
    const list = tab.closest(".tabs");
    if (list.scrollWidth <= list.clientWidth) continue;
    list.scrollLeft = tab.offsetLeft - list.offsetLeft - (list.clientWidth - tab.offsetWidth) / 2;
  }
}

export function startTabs() {
  show();
  document.addEventListener("htmx:afterSettle", show);
}
