// The filters of a list: always open where there is room, folded behind a summary on a phone.

const NARROW = matchMedia("(max-width: 40rem)");

function fold() {
  for (const filters of document.querySelectorAll("details.list-form__more")) filters.open = !NARROW.matches;
}

// A day that is typed is whole after each digit of its year: until the year has four, nothing is asked.
function waitForYear(event) {
  if (event.target.matches(".list-form [type=date]") && event.target.value.startsWith("0")) event.stopPropagation();
}

export function startFilters() {
  fold();
  document.addEventListener("change", waitForYear, true);
  NARROW.addEventListener("change", fold);
}
