// The decision editor: dmn-js with its diagram, tables and expressions; findings mark their decision.
import DmnModeler from "dmn-js/lib/Modeler";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn.css";
import { COLOURS } from "../diagram/colours.js";
import { startSession } from "../editor/session.js";
import { spokenDecisions } from "../editor/spoken.js";
import { element, text } from "../shell/page.js";

/** One button per view: the requirements graph, then each decision. */
function showViews(bar, modeler) {
  const active = modeler.getActiveView();
  bar.replaceChildren(...modeler.getViews().map((view) => {
    const name = view.type === "drd" ? text("decision_graph") : view.element.name || view.element.id;
    const button = element("button", { type: "button", "aria-pressed": String(view === active) }, name);
    button.addEventListener("click", () => modeler.open(view));
    return button;
  }));
}

export default async function mount(host, data) {
  const bar = element("div", { class: "segmented editor-views" });
  const canvas = element("div", { class: "editor-canvas dmn" });
  host.querySelector(".skeleton")?.remove();
  host.append(bar, canvas);
  const viewer = { additionalModules: [spokenDecisions] };
  const modeler = new DmnModeler({ container: canvas, drd: { ...viewer, drdRenderer: COLOURS }, decisionTable: viewer, literalExpression: viewer, boxedExpression: viewer });
  let session = null;
  const watched = new WeakSet();
  modeler.on("views.changed", () => {
    showViews(bar, modeler);
    const viewer = modeler.getActiveViewer();
    if (modeler.getActiveView()?.type === "drd") viewer.get("canvas").zoom("fit-viewport", "auto");
    if (!viewer || watched.has(viewer)) return;
    watched.add(viewer);
    viewer.on("commandStack.changed", () => session?.changed());
  });
  await modeler.importXML(data.content);
  const decisions = modeler.getViews().filter((view) => view.type !== "drd");
  if (decisions.length === 1) await modeler.open(decisions[0]);
  session = startSession(host, data, {
    read: async () => (await modeler.saveXML({ format: true })).xml,
    mark: (findings) => {
      const wrong = new Set(findings.map((each) => each.element_id));
      modeler.getViews().forEach((view, index) => bar.children[index]?.classList.toggle("has-error", wrong.has(view.element.id)));
    },
    reveal: (id) => {
      const view = modeler.getViews().find((each) => each.element.id === id);
      if (view) modeler.open(view);
    },
  });
  return {};
}
