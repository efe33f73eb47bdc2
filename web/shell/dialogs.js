// <button data-dialog="id"> opens that <dialog>; [data-close] closes it. Values in data-fill='{"name": "…"}' fill its fields.
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      for (const [name, value] of Object.entries(JSON.parse(opener.dataset.fill ?? "{}"))) {
        for (const field of dialog.querySelectorAll(`[name="${CSS.escape(name)}"]`)) field.value = value;
        for (const field of dialog.querySelectorAll(`[data-text="${CSS.escape(name)}"]`)) field.textContent = value;
      }
      if (opener.dataset.action) dialog.querySelector("form").action = opener.dataset.action;
      dialog.showModal();
      return;
    }
    const dialog = event.target.closest?.("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
  });
}
