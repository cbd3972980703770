// Opens the browser's print dialog, where the page can be saved as PDF too.
export function startPrinting() {
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
}
