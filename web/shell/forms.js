// Filters apply as they are changed; a form is sent once; a dangerous one asks first.
import { toast } from "./toasts.js";

const WAIT_MS = 350;
const timers = new WeakMap();

/** Leave empty fields out of the address, so that a filter reads well and can be shared. */
function submitFilter(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
  location.assign(`${form.getAttribute("action") || location.pathname}?${query}`);
}

export function startForms() {
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-filter]") && !event.target.matches("[data-wait]")) submitFilter(form);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-filter]") || event.target.type !== "search") return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => submitFilter(form), WAIT_MS * 2));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-filter]")) {
      event.preventDefault();
      submitFilter(form);
      return;
    }
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
  document.addEventListener("click", async (event) => {
    const source = event.target.closest?.("[data-copy]");
    if (!source) return;
    await navigator.clipboard.writeText(source.dataset.copy);
    toast(source.dataset.copied);
  });
}
