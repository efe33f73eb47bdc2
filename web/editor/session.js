// What the three editors share: change -> lint, save a draft, deploy a version, findings in a list and at the element.
import { element, text } from "../shell/page.js";
import { post } from "../shell/request.js";
import { toast } from "../shell/toasts.js";

const LINT_AFTER_MS = 600;

/** A remark; the lines after its first show the place, letter below letter. */
function said(message) {
  const [first, ...excerpt] = message.split("\n");
  return excerpt.length ? [first, element("code", { class: "finding-place" }, excerpt.join("\n"))] : [first];
}

/**
 * `editor` is {read(): Promise<string>, mark(findings), reveal(elementId)}; `data` names the file and the server's addresses.
 * Returns {changed()}, to be called after every change.
 */
export function startSession(host, data, editor) {
  let dirty = false;
  let timer = null;
  const state = document.querySelector("[data-editor-state]");
  const nameField = document.querySelector("[data-editor-name]");
  const note = (key, tone = "") => { state.textContent = text(key); state.className = `badge ${tone}`; };

  function show(findings) {
    const list = document.querySelector("[data-findings]");
    const rows = findings.map((finding) => {
      const button = element("button", { type: "button", class: "finding" },
        element("span", { class: `badge ${finding.severity === "error" ? "bad" : "warn"}` }, text(`severity_${finding.severity}`)),
        element("span", { class: "grow" }, ...said(finding.message)), element("code", {}, finding.element_id ?? ""));
      button.addEventListener("click", () => finding.element_id && editor.reveal(finding.element_id));
      return element("li", {}, button);
    });
    list.replaceChildren(...(rows.length ? rows : [element("li", { class: "pad muted" }, text("no_findings"))]));
    document.querySelector("[data-findings-count]").textContent = findings.length;
    editor.mark(findings);
  }

  /** The file as an upload: it may be larger than JSON requests are allowed to be. */
  async function upload(extra = {}) {
    const form = new FormData();
    const name = nameField.value.trim() || data.name;
    for (const [field, value] of Object.entries({ kind: data.kind, name, ...extra })) form.append(field, value);
    form.append("content", new Blob([await editor.read()]), name);
    return form;
  }

  async function lint() {
    const { findings } = await post(data.urls.lint, await upload());
    show(findings);
    return findings;
  }

  async function act(button, action) {
    button.classList.add("busy");
    try {
      await action();
    } catch (error) {
      if (error.problem?.findings?.length) show(error.problem.findings);
      toast(error.message.split("\n")[0], "bad");
    } finally {
      button.classList.remove("busy");
    }
  }

  async function save() {
    const saved = await post(data.urls.save, await upload({ draft_id: data.draft_id, expected_version: data.draft_version }));
    Object.assign(data, { draft_id: saved.draft_id, draft_version: saved.version });
    nameField.value = saved.name;
    history.replaceState(history.state, "", saved.url);
    dirty = false;
    note("editor_saved", "good");
  }

  async function deploy() {
    const content = await editor.read();
    const deployed = await post(data.urls.deploy, await upload());
    dirty = false;
    editor.deployed?.(content);
    // What was refused before is gone; advice stays advice.
    lint().catch(() => {});
    note("editor_deployed", "good");
    toast(text("deployed", { names: deployed.resources.map((each) => `${each.name} v${each.version}`).join(", ") }));
  }

  async function download() {
    const url = URL.createObjectURL(new Blob([await editor.read()], { type: "application/octet-stream" }));
    element("a", { href: url, download: nameField.value || data.name }).click();
    URL.revokeObjectURL(url);
  }

  const actions = { save, deploy, download, lint };
  for (const [name, action] of Object.entries(actions)) {
    for (const button of document.querySelectorAll(`[data-editor="${name}"]`)) button.addEventListener("click", () => act(button, action));
  }
  window.addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  lint().catch((error) => toast(error.message, "bad"));
  return {
    changed() {
      dirty = true;
      note("editor_changed", "warn");
      clearTimeout(timer);
      timer = setTimeout(() => lint().catch(() => {}), LINT_AFTER_MS);
    },
  };
}
