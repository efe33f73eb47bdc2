// Findings drawn at their elements: a marker for the outline and a small sign that tells how many.
import { mark } from "../diagram/canvas.js";
import { element } from "../shell/page.js";

export function markFindings(modeler, findings) {
  const overlays = modeler.get("overlays");
  const registry = modeler.get("elementRegistry");
  const byElement = Map.groupBy ? Map.groupBy(findings, (each) => each.element_id) : group(findings);
  overlays.remove({ type: "finding" });
  mark(modeler, "has-error", findings.filter((each) => each.severity === "error").map((each) => each.element_id));
  mark(modeler, "has-warning", findings.filter((each) => each.severity !== "error").map((each) => each.element_id));
  for (const [id, found] of byElement) {
    if (!id || !registry.get(id) || registry.get(id) === modeler.get("canvas").getRootElement()) continue;
    const severity = found.some((each) => each.severity === "error") ? "error" : "warning";
    const sign = element("span", { class: `diagram-finding ${severity}`, title: found.map((each) => each.message).join("\n") }, String(found.length));
    overlays.add(id, "finding", { position: { top: -9, left: -9 }, html: sign });
  }
}

function group(findings) {
  const groups = new Map();
  for (const each of findings) groups.set(each.element_id, [...(groups.get(each.element_id) ?? []), each]);
  return groups;
}

export function reveal(modeler, id) {
  const shape = modeler.get("elementRegistry").get(id);
  if (!shape) return;
  modeler.get("canvas").scrollToElement(shape, 120);
  modeler.get("selection").select(shape);
}
