// Commands open in a dialog: the same form that its address shows as a page.
import { toast } from "./toasts.js";

export function startDialogs() {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;

  // Whichever comes first: the promise of a request may come before its content, or never, while others run.
  const open = () => {
    if (dialog.querySelector("form") && !dialog.open) dialog.showModal();
  };
  dialog.addEventListener("htmx:afterSwap", open);

  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      opener.closest("details.menu")?.removeAttribute("open");
      await window.htmx.ajax("GET", opener.dataset.dialog, { target: dialog, swap: "innerHTML" });
      open();
    }
    if (event.target.closest("[data-close]") && dialog.open) {
      event.preventDefault();
      dialog.close();
    }
    if (event.target === dialog) dialog.close();
  });

  document.addEventListener("command-queued", (event) => {
    dialog.close();
    toast(event.detail.text);
    document.dispatchEvent(new CustomEvent("live-refresh"));
  });

  dialog.addEventListener("close", () => dialog.replaceChildren());
}
