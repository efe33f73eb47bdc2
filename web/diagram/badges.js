// Counts on elements, where operators look for them: active bottom left, incidents bottom right, completed and cancelled above.
import { element, text } from "../shell/page.js";

const PLACES = {
  active: { bottom: 12, left: -8 },
  incidents: { bottom: 12, right: 14 },
  completed: { top: -12, right: 14 },
  canceled: { top: -12, left: -8 },
};

function badge(kind, count) {
  const label = text(`badge_${kind}`, { count });
  return element("span", { class: `diagram-badge ${kind}`, title: label, role: "img", "aria-label": label }, String(count));
}

/** Replace all badges: `counts` maps element ids to {active, incidents, completed, canceled}. */
export function showBadges(viewer, counts) {
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  overlays.remove({ type: "count" });
  for (const [id, kinds] of Object.entries(counts)) {
    if (!registry.get(id)) continue;
    for (const [kind, position] of Object.entries(PLACES)) {
      if (kinds[kind] > 0) overlays.add(id, "count", { position, html: badge(kind, kinds[kind]), scale: { min: 0.65, max: 1.15 } });
    }
  }
}
