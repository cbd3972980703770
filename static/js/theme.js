// Theme and side band: shown at once, kept on the server (theme) or in this browser (band).

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    const choice = event.submitter?.value;
    if (!form || !choice) return;
    event.preventDefault();
    document.documentElement.dataset.theme = choice;
    document.dispatchEvent(new CustomEvent("theme-changed"));
    const body = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  });
  const toggle = document.getElementById("side-toggle");
  if (!toggle) return;
  toggle.checked = localStorage.getItem("side-collapsed") === "1";
  toggle.addEventListener("change", () => {
    localStorage.setItem("side-collapsed", toggle.checked ? "1" : "0");
  });
}
