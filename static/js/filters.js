// The filters of a list: always open where there is room, folded behind a summary on a phone.

const NARROW = matchMedia("(max-width: 40rem)");

function fold() {
  for (const filters of document.querySelectorAll("details.list-form__more")) filters.open = !NARROW.matches;
}

export function startFilters() {
  fold();
  NARROW.addEventListener("change", fold);
}
