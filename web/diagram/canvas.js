// A BPMN diagram to look at: drawn in the page's colours, fitted, with buttons to zoom. The bpmn.io mark keeps its corner.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import { element, text } from "../shell/page.js";
import { COLOURS } from "./colours.js";

const MAX_FIT = 1.15;

export function fit(viewer) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() > MAX_FIT) canvas.zoom(MAX_FIT, "auto");
}

function zoomButtons(viewer) {
  const button = (label, sign, action) => {
    const node = element("button", { type: "button", class: "button plain compact square", title: label, "aria-label": label }, sign);
    node.addEventListener("click", action);
    return node;
  };
  const zoom = viewer.get("zoomScroll");
  return element(
    "div",
    { class: "diagram-zoom", role: "group", "aria-label": text("zoom") },
    button(text("zoom_in"), "+", () => zoom.stepZoom(1)),
    button(text("zoom_out"), "−", () => zoom.stepZoom(-1)),
    button(text("zoom_fit"), "⤢", () => fit(viewer)),
  );
}

/** Import a model; one without a drawing is refused in words that tell it apart from a broken one. */
export async function importModel(canvas, xml) {
  try {
    await canvas.importXML(xml);
  } catch (error) {
    throw /no diagram to display/.test(error.message) ? new Error(text("no_drawing")) : error;
  }
}

/** Draw `xml` in `host` and return the viewer. */
export async function openDiagram(host, xml) {
  const paper = element("div", { class: "diagram-canvas" });
  host.querySelector(".skeleton")?.remove();
  host.append(paper);
  const viewer = new NavigatedViewer({ container: paper, bpmnRenderer: COLOURS });
  try {
    await importModel(viewer, xml);
  } catch (error) {
    paper.remove();
    throw error;
  }
  fit(viewer);
  host.append(zoomButtons(viewer));
  let width = host.clientWidth;
  host.style.setProperty("--drawn-width", width);
  new ResizeObserver(() => {
    // A sheet of paper is no new size: what was fitted here is made smaller there.
    if (host.clientWidth === width || host.clientWidth === 0 || matchMedia("print").matches) return;
    width = host.clientWidth;
    host.style.setProperty("--drawn-width", width);
    viewer.get("canvas").resized();
    fit(viewer);
  }).observe(host);
  return viewer;
}

/** Call `choose(elementId)` when a reader clicks an element or its label. */
export function onChoose(viewer, choose) {
  viewer.on("element.click", ({ element: shape }) => {
    const chosen = shape.labelTarget ?? shape;
    choose(chosen === viewer.get("canvas").getRootElement() ? null : chosen.id);
  });
}

/** Put `marker` on exactly these elements. */
export function mark(viewer, marker, ids) {
  const canvas = viewer.get("canvas");
  const wanted = new Set(ids);
  viewer.get("elementRegistry").forEach((shape) => {
    const has = canvas.hasMarker(shape.id, marker);
    if (wanted.has(shape.id) !== has) canvas[has ? "removeMarker" : "addMarker"](shape.id, marker);
  });
}
