// What is different from the deployed version: added green, changed amber, moved blue; removed ones are named in a list.
import { BpmnModdle } from "bpmn-moddle";
import { diff } from "bpmn-js-differ";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { mark } from "../diagram/canvas.js";
import { element, text } from "../shell/page.js";

const MARKERS = { _added: "is-added", _changed: "is-changed", _layoutChanged: "is-moved" };

function entry(kind, found) {
  const name = found.name || found.id;
  return element("li", { class: "finding" }, element("span", { class: `badge ${kind}` }, text(`change${kind}`)), element("span", { class: "grow" }, name), element("code", {}, found.id));
}

/** Mark what differs from `deployed` (XML), or with null take the marks away. */
export async function showChanges(modeler, deployed) {
  const list = document.querySelector("[data-changes]");
  list.hidden = !deployed;
  if (!deployed) {
    for (const marker of Object.values(MARKERS)) mark(modeler, marker, []);
    return;
  }
  const moddle = new BpmnModdle({ zeebe });
  const { xml } = await modeler.saveXML({ format: true });
  const [before, after] = await Promise.all([moddle.fromXML(deployed), moddle.fromXML(xml)]);
  const changes = diff(before.rootElement, after.rootElement);
  const rows = [];
  for (const [kind, marker] of Object.entries(MARKERS)) {
    mark(modeler, marker, Object.keys(changes[kind]));
    rows.push(...Object.values(changes[kind]).map((found) => entry(kind, found.model ?? found)));
  }
  rows.push(...Object.values(changes._removed).map((found) => entry("_removed", found)));
  list.replaceChildren(...(rows.length ? rows : [element("li", { class: "pad muted" }, text("no_changes"))]));
}
