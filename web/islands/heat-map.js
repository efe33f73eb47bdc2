// The heat map: the process's own picture, each element coloured and numbered by count, median or 95th percentile.
import { mark, onChoose, openDiagram } from "../diagram/canvas.js";
import { duration, heatLevel, number } from "../diagram/scale.js";
import { element } from "../shell/page.js";
import { get } from "../shell/request.js";

const LEVELS = [1, 2, 3, 4, 5, 6];

/** Where neither a name nor a boundary event is: above a task or event, beside a gateway's foot. */
function place(shape) {
  if (shape.type.endsWith("Gateway")) return { bottom: 12, left: 32 };
  return shape.width > 60 ? { top: -11, right: 30 } : { top: -14, left: 4 };
}

function paint(viewer, cells, measure, locale) {
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  const known = cells.filter((cell) => registry.get(cell.element_id));
  // A process or subprocess contains the others: its colour would hide theirs.
  const leaves = known.filter((cell) => !registry.get(cell.element_id).children?.length);
  const max = Math.max(0, ...leaves.map((cell) => cell[measure] ?? 0));
  overlays.remove({ type: "heat" });
  for (const level of LEVELS) {
    mark(viewer, `heat-${level}`, leaves.filter((cell) => heatLevel(cell[measure], max) === level).map((cell) => cell.element_id));
  }
  for (const cell of leaves) {
    const value = cell[measure];
    if (value === null || value === undefined) continue;
    const label = measure === "count" ? number(value, locale) : duration(value, locale);
    const level = heatLevel(value, max);
    overlays.add(cell.element_id, "heat", {
      position: place(registry.get(cell.element_id)),
      html: element("span", { class: `diagram-heat heat-${level}` }, label),
      scale: { min: 0.9, max: 1.1 },
    });
  }
}

function widenFlows(viewer, flows) {
  const max = Math.max(1, ...flows.map((flow) => flow.count));
  for (const width of [1, 2, 3]) {
    mark(viewer, `flow-${width}`, flows.filter((flow) => Math.ceil((flow.count / max) * 3) === width).map((flow) => flow.element_id));
  }
}

export default async function mount(host, data) {
  const locale = document.documentElement.lang;
  const viewer = await openDiagram(host, data.xml ?? (await get(host.dataset.xml)));
  const buttons = [...document.querySelectorAll("[data-measure]")];
  let measure = host.dataset.measureNow || "count";
  const show = () => {
    paint(viewer, data.cells, measure, locale);
    widenFlows(viewer, data.flows ?? []);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.measure === measure));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      measure = button.dataset.measure;
      const url = new URL(location);
      url.searchParams.set("measure", measure);
      history.replaceState(history.state, "", url);
      show();
    });
  }
  show();
  const point = (id) => {
    mark(viewer, "is-chosen", id ? [id] : []);
    for (const row of document.querySelectorAll("[data-element]")) row.setAttribute("aria-selected", String(row.dataset.element === id));
  };
  onChoose(viewer, point);
  document.addEventListener("mouseover", (event) => {
    const row = event.target.closest?.("[data-element]");
    if (row) point(row.dataset.element);
  });
  return { refresh(fresh) { if (fresh) { data = { ...data, ...fresh }; show(); } } };
}
