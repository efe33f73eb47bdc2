// A user task's form. "Complete" validates it and posts its variables; what was typed is kept in this tab until then.
import { Form } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import { speakTheReadersLanguage } from "../forms/messages.js";
import { text } from "../shell/page.js";
import { post } from "../shell/request.js";
import { toast } from "../shell/toasts.js";

/** Keep what is typed under `key`. */
function keepDraft(form, key) {
  form.on("changed", ({ data }) => {
    try {
      sessionStorage.setItem(key, JSON.stringify(data));
    } catch {
      // A full storage only loses the draft, never the form.
    }
  });
}

async function complete(host, draft, { data, errors }) {
  const count = Object.keys(errors).length;
  if (count > 0) {
    toast(text("form_invalid", { count }), "bad");
    host.querySelector(".fjs-has-errors :is(input, select, textarea)")?.focus();
    return;
  }
  const button = document.querySelector(`[data-complete="${host.id}"]`);
  button?.classList.add("busy");
  try {
    const answer = await post(host.dataset.submit, { variables: data });
    sessionStorage.removeItem(draft);
    location.assign(answer?.next ?? host.dataset.next);
  } catch (error) {
    toast(error.message, "bad");
    button?.classList.remove("busy");
  }
}

/** `penstock:fill` brings values for some fields, a drafted reply for instance; what else was typed stays. */
function takeValues(form, schema, first, draft) {
  let latest = first;
  form.on("changed", ({ data }) => (latest = { ...latest, ...data }));
  document.addEventListener("penstock:fill", async ({ detail: { elt, ...values } }) => {
    latest = { ...latest, ...values };
    await form.importSchema(schema, latest);
    sessionStorage.setItem(draft, JSON.stringify(latest));
  });
}

export default async function mount(host, { schema, data }) {
  const form = new Form({ container: host.appendChild(document.createElement("div")) });
  speakTheReadersLanguage(form);
  host.querySelector(".skeleton")?.remove();
  if (host.dataset.readonly !== undefined) {
    await form.importSchema(schema, data);
    form.setProperty("readOnly", true);
    return {};
  }
  const draft = `draft:${host.dataset.submit}`;
  const kept = JSON.parse(sessionStorage.getItem(draft) ?? "null");
  await form.importSchema(schema, { ...data, ...kept });
  keepDraft(form, draft);
  takeValues(form, schema, { ...data, ...kept }, draft);
  // The form's own submit button and the page's "Complete" take the same way.
  form.on("submit", (outcome) => complete(host, draft, outcome));
  const button = document.querySelector(`[data-complete="${host.id}"]`);
  button?.addEventListener("click", () => form.submit());
  // Until now a click would have been lost.
  button?.removeAttribute("disabled");
  return {};
}
