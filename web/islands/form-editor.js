// The form editor: form-js with its palette and properties; the schema is JSON.
import { FormEditor } from "@bpmn-io/form-js-editor";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js-editor/dist/assets/properties-panel.css";
import { startSession } from "../editor/session.js";
import { speakBeside } from "../editor/spoken.js";
import { element } from "../shell/page.js";

export default async function mount(host, data) {
  const canvas = element("div", { class: "editor-canvas form" });
  host.querySelector(".skeleton")?.remove();
  host.append(canvas);
  speakBeside(canvas, "form");
  const editor = new FormEditor({ container: canvas });
  await editor.importSchema(JSON.parse(data.content));
  const session = startSession(host, data, {
    read: async () => JSON.stringify(editor.saveSchema(), null, 2),
    mark: () => {},
    reveal: (id) => {
      const field = editor.get("formFieldRegistry").get(id);
      if (field) editor.get("selection").set(field);
    },
  });
  editor.on("commandStack.changed", session.changed);
  return {};
}
