// The process editor: bpmn-js with Zeebe's properties panel and a minimap, the server's findings at their elements.
import Modeler from "bpmn-js/lib/Modeler";
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from "bpmn-js-properties-panel";
import ZeebeBehaviors from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import minimap from "diagram-js-minimap";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import { importModel } from "../diagram/canvas.js";
import { COLOURS } from "../diagram/colours.js";
import { showChanges } from "../editor/changes.js";
import { markFindings, reveal } from "../editor/findings.js";
import { listenersThatRun } from "../editor/listeners.js";
import { startSession } from "../editor/session.js";
import { speakBeside, spokenProcesses } from "../editor/spoken.js";
import { element } from "../shell/page.js";

const PALETTE = 140;
const MARGIN = 40;

/** Show the whole drawing at its own size or smaller, to the right of the palette. */
function fitBesidePalette(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - PALETTE - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height);
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

export default async function mount(host, data) {
  const canvas = element("div", { class: "editor-canvas" });
  const panel = element("div", { class: "editor-panel" });
  host.querySelector(".skeleton")?.remove();
  host.append(canvas, panel);
  speakBeside(panel, "process");
  const modeler = new Modeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    additionalModules: [BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule, ZeebeBehaviors, minimap, spokenProcesses, listenersThatRun],
    moddleExtensions: { zeebe },
    bpmnRenderer: COLOURS,
  });
  if (data.content) await importModel(modeler, data.content);
  else await modeler.createDiagram();
  fitBesidePalette(modeler.get("canvas"));
  const changes = document.querySelector('[data-editor="changes"]');
  const session = startSession(host, data, {
    read: async () => (await modeler.saveXML({ format: true })).xml,
    mark: (findings) => markFindings(modeler, findings),
    reveal: (id) => reveal(modeler, id),
    deployed: (content) => {
      data.deployed = content;
      changes.hidden = false;
      if (changes.getAttribute("aria-pressed") === "true") showChanges(modeler, content);
    },
  });
  modeler.on("commandStack.changed", session.changed);
  changes.addEventListener("click", () => {
    const shown = changes.getAttribute("aria-pressed") !== "true";
    changes.setAttribute("aria-pressed", String(shown));
    showChanges(modeler, shown ? data.deployed : null);
  });
  // A link that compares versions.
  if (location.hash === "#changes") changes.click();
  return {};
}
