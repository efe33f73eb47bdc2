// What the three editors share: change -> lint, save a draft, deploy a version, findings in a list and at the element.
import { element, text } from "../shell/page.js";
import { post } from "../shell/request.js";
import { toast } from "../shell/toasts.js";

const LINT_AFTER_MS = 600;

/**
 * `editor` is {read(): Promise<string>, mark(findings), reveal(elementId)}; `data` names the file and the server's addresses.
 * Returns {changed()}, to be called after every change.
 */
export function startSession(host, data, editor) {
  let dirty = false;
  let timer = null;
  const state = document.querySelector("[data-editor-state]");
  const note = (key, tone = "") => { state.textContent = text(key); state.className = `badge ${tone}`; };

  function show(findings) {
    const list = document.querySelector("[data-findings]");
    const rows = findings.map((finding) => {
      const button = element("button", { type: "button", class: "finding" },
        element("span", { class: `badge ${finding.severity === "error" ? "bad" : "warn"}` }, text(`severity_${finding.severity}`)),
        element("span", { class: "grow" }, finding.message), element("code", {}, finding.element_id ?? ""));
      button.addEventListener("click", () => finding.element_id && editor.reveal(finding.element_id));
      return element("li", {}, button);
    });
    list.replaceChildren(...(rows.length ? rows : [element("li", { class: "pad muted" }, text("no_findings"))]));
    document.querySelector("[data-findings-count]").textContent = findings.length;
    editor.mark(findings);
  }

  async function lint() {
    const { findings } = await post(data.urls.lint, { kind: data.kind, content: await editor.read() });
    show(findings);
    return findings;
  }

  async function act(button, action) {
    button.classList.add("busy");
    try {
      await action();
    } catch (error) {
      if (error.problem?.findings?.length) show(error.problem.findings);
      toast(error.message, "bad");
    } finally {
      button.classList.remove("busy");
    }
  }

  async function save() {
    const saved = await post(data.urls.save, {
      kind: data.kind, name: data.name, content: await editor.read(), draft_id: data.draft_id, expected_version: data.draft_version,
    });
    Object.assign(data, { draft_id: saved.draft_id, draft_version: saved.version });
    if (saved.url) history.replaceState(history.state, "", saved.url);
    dirty = false;
    note("editor_saved", "good");
  }

  async function deploy() {
    const deployed = await post(data.urls.deploy, { kind: data.kind, name: data.name, content: await editor.read() });
    dirty = false;
    note("editor_deployed", "good");
    toast(text("deployed", { names: deployed.resources.map((each) => `${each.name} v${each.version}`).join(", ") }));
  }

  async function download() {
    const url = URL.createObjectURL(new Blob([await editor.read()], { type: "application/octet-stream" }));
    element("a", { href: url, download: data.name }).click();
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
