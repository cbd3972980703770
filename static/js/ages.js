// Ages ("12 min") count on between two updates of the page.

const NARROW = "\u202f";

export function ageText(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(total / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const two = (number) => String(number).padStart(2, "0");
  if (total < 60) return `${total}${NARROW}s`;
  if (hours === 0) return `${minutes}${NARROW}min`;
  if (days === 0) return `${hours}${NARROW}h${NARROW}${two(minutes % 60)}${NARROW}min`;
  const day = document.documentElement.dataset.unitDay;
  return `${days}${NARROW}${day}${NARROW}${two(hours % 24)}${NARROW}h`;
}

export function startAges() {
  const tick = () => {
    for (const age of document.querySelectorAll("[data-since]")) {
      const text = ageText((Date.now() - Date.parse(age.dataset.since)) / 1000);
      if (age.textContent !== text) age.textContent = text;
    }
  };
  setInterval(tick, 1000);
}
