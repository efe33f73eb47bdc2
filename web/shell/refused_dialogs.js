// What was typed into a dialog that the server refused is there again, in the open dialog: nobody types it twice.
const KEPT = "dialog:sent";
const NEVER = new Set(["password", "file", "submit", "button", "reset", "hidden"]);

const isKept = (field) => field.name && !NEVER.has(field.type);

function read(dialog, form) {
  return {
    path: location.pathname,
    dialog: dialog.id,
    action: form.getAttribute("action"),
    texts: [...dialog.querySelectorAll("[data-text]")].map((node) => node.textContent),
    hidden: [...form.querySelectorAll("input[type=hidden]:not([name=csrf_token])")].map((field) => field.value),
    fields: [...form.elements].filter(isKept).map(({ name, value, checked }) => ({ name, value, checked })),
  };
}

function write(kept, dialog, form) {
  if (kept.action) form.setAttribute("action", kept.action);
  dialog.querySelectorAll("[data-text]").forEach((node, index) => (node.textContent = kept.texts[index] ?? ""));
  form.querySelectorAll("input[type=hidden]:not([name=csrf_token])").forEach((field, index) => (field.value = kept.hidden[index] ?? ""));
  const fields = [...form.elements].filter(isKept);
  kept.fields.forEach(({ name, value, checked }, index) => {
    if (fields[index]?.name !== name) return;
    fields[index].value = value;
    if (checked !== undefined) fields[index].checked = checked;
  });
}

/** Keep what a dialog sends, and open it again where this page brings a refusal. */
export function startRefusedDialogs() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  sessionStorage.removeItem(KEPT);
  const refusal = document.querySelector(".toasts > .bad");
  const dialog = kept?.path === location.pathname && refusal && document.getElementById(kept.dialog);
  const form = dialog && dialog.querySelector("form");
  if (form) {
    write(kept, dialog, form);
    // An open dialog lies above the corner where notes stand.
    (dialog.querySelector("h2") ?? form.firstElementChild).after(refusal);
    dialog.showModal();
  }
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    const sent = target.method === "post" && !defaultPrevented && target.closest("dialog[id]");
    if (!sent) return;
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(read(sent, target)));
    } catch {
      // A full storage only loses the copy, never the form.
    }
  });
}
