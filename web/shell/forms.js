// A form is sent once; a chosen file sends its form; [data-copy] copies.
import { toast } from "./toasts.js";

export function startForms() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "true";
    event.submitter?.classList.add("busy");
  });
  // Coming back by the browser's history must find a form that works.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelectorAll(".busy").forEach((button) => button.classList.remove("busy"));
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-choose]") && event.target.value) event.target.form.requestSubmit();
  });
  document.addEventListener("click", async (event) => {
    const source = event.target.closest?.("[data-copy]");
    if (!source) return;
    await navigator.clipboard.writeText(source.dataset.copy);
    toast(source.dataset.copied);
  });
}
