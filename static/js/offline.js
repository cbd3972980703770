// The offline page: tries again by itself, and shows the theme that the browser remembers. It runs before the
// page is drawn, as nothing of it may flash.

const RETRY_MS = 5000;

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}

const theme = cookie("theme");
if (["light", "dark", "contrast"].includes(theme)) document.documentElement.dataset.theme = theme;
if (theme === "contrast") document.getElementById("contrast").media = "all";

function back() {
  if (location.pathname.startsWith("/offline/")) location.assign("/");
  else location.reload();
}

async function attempt() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) back();
  } catch {
    // Still no connection: the next attempt comes by itself.
  }
}

document.addEventListener("DOMContentLoaded", () => {
  const since = document.querySelector("[data-lost]");
  const now = new Date();
  since.dateTime = now.toISOString();
  since.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }).format(now);
  document.querySelector("[data-retry]").addEventListener("click", back);
  window.addEventListener("online", attempt);
  setInterval(attempt, RETRY_MS);
});
