// Theme and side band: shown at once, kept on the server (theme) or in this browser (band).

const YEAR_S = 365 * 24 * 3600;
const ASKED = "(prefers-contrast: more)";

function changed() {
  document.dispatchEvent(new CustomEvent("theme-changed"));
}

function show(theme) {
  document.documentElement.dataset.theme = theme;
  const sheet = document.getElementById("contrast");
  if (sheet) sheet.media = theme === "contrast" ? "all" : ASKED;
  for (const button of document.querySelectorAll("[data-theme-form] [name=theme]")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
  changed();
}

function chosen(event) {
  const form = event.target.closest("[data-theme-form]");
  const choice = event.submitter?.value;
  if (!form || !choice) return;
  event.preventDefault();
  show(choice);
  const body = new FormData(form, event.submitter);
  fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
}

export function startTheme() {
  document.addEventListener("submit", chosen);
  for (const query of ["(prefers-color-scheme: dark)", ASKED]) {
    window.matchMedia(query).addEventListener("change", changed);
  }
  const toggle = document.getElementById("side-toggle");
  toggle?.addEventListener("change", () => {
    const value = toggle.checked ? "collapsed" : "open";
    document.cookie = `side=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
  });
}
