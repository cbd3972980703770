// Copies the text of a field or of another element; selects it where the clipboard is out of reach (plain HTTP).
import { toast } from "./toasts.js";

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    if ("select" in source) source.select();
    else getSelection().selectAllChildren(source);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
    } catch {
      if (!document.execCommand("copy")) return;
    }
    toast(button.dataset.done ?? document.getElementById("copied")?.content.textContent);
  });
}
