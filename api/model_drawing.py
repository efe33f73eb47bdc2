"""A drawing for a model that has none: written by hand or by a program, it runs, and people want to see it."""

from lxml import etree

from api.model_layout import BPMN, Box, Layout, layout
from zeebe.model_xml import UnreadableModel, model_root

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_BOUNDS = "http://www.omg.org/spec/DD/20100524/DC"
_WAYPOINT = "http://www.omg.org/spec/DD/20100524/DI"
_PREFIXES = {"bpmndi": _DI, "dc": _BOUNDS, "di": _WAYPOINT}
_POOL_HEAD, _MARGIN, _BLACK_BOX = 50, 40, 60
# So large a model nobody reads as a picture, and no page should wait for it.
_MOST = 5_000


def drawn(xml: str) -> str:
    """The file with a drawing; one that has a drawing, or that is no XML of ours, stays as it is."""
    try:
        root = model_root(xml.encode())
    except UnreadableModel:
        return xml
    if root.tag != f"{BPMN}definitions" or next(root.iter(f"{{{_DI}}}BPMNShape"), None) is not None:
        return xml
    if sum(1 for _ in root.iter(etree.Element)) > _MOST:
        return xml
    for empty in root.findall(f"{{{_DI}}}BPMNDiagram"):
        root.remove(empty)
    if not _draw(root):
        return xml
    return str(etree.tostring(root, encoding="unicode"))


def _draw(root: etree._Element) -> bool:
    processes = {process.get("id", ""): process for process in root.findall(f"{BPMN}process")}
    collaboration = root.find(f"{BPMN}collaboration")
    pools = [] if collaboration is None else collaboration.findall(f"{BPMN}participant")
    if collaboration is not None and pools and collaboration.get("id"):
        _pools(_plane(root, collaboration.get("id", "")), pools, processes)
        return True
    for process_id, process in processes.items():
        if process_id:
            _parts(_plane(root, process_id), layout(process), process, _MARGIN, _MARGIN)
    return any(processes)


def _plane(root: etree._Element, element_id: str) -> etree._Element:
    diagram = etree.SubElement(root, f"{{{_DI}}}BPMNDiagram", {"id": f"diagram_of_{element_id}"}, nsmap=_PREFIXES)
    return etree.SubElement(diagram, f"{{{_DI}}}BPMNPlane", {"id": f"plane_of_{element_id}", "bpmnElement": element_id})


def _pools(plane: etree._Element, pools: list[etree._Element], processes: dict[str, etree._Element]) -> None:
    """Pools one below the other, each as wide as the widest."""
    laid = {pool.get("id", ""): layout(process) for pool in pools if (process := _process_of(pool, processes)) is not None}
    width = max((each.width for each in laid.values()), default=0) + _POOL_HEAD + 2 * _MARGIN
    y = _MARGIN
    for pool in pools:
        inside, process = laid.get(pool.get("id", "")), _process_of(pool, processes)
        height = _BLACK_BOX if inside is None else inside.height + 2 * _MARGIN
        shape = _shape(plane, pool, Box(_MARGIN, y, width, height))
        shape.set("isHorizontal", "true")
        if inside is not None and process is not None:
            _parts(plane, inside, process, _MARGIN + _POOL_HEAD + _MARGIN, y + _MARGIN)
        y += height + _MARGIN


def _process_of(pool: etree._Element, processes: dict[str, etree._Element]) -> etree._Element | None:
    return processes.get(pool.get("processRef", "").rpartition(":")[2])


def _parts(plane: etree._Element, laid: Layout, process: etree._Element, x: int, y: int) -> None:
    moved = Layout()
    moved.take_in(laid, x, y)
    for element in process.iter(f"{BPMN}*"):
        element_id = element.get("id", "")
        if element_id in moved.boxes:
            shape = _shape(plane, element, moved.boxes[element_id])
            if element.tag in {f"{BPMN}{name}" for name in ("subProcess", "transaction", "adHocSubProcess")}:
                shape.set("isExpanded", "true")
            elif element.tag == f"{BPMN}exclusiveGateway":
                shape.set("isMarkerVisible", "true")
        elif element_id in moved.flows:
            edge = etree.SubElement(plane, f"{{{_DI}}}BPMNEdge", {"id": f"edge_of_{element_id}", "bpmnElement": element_id})
            for px, py in moved.flows[element_id]:
                etree.SubElement(edge, f"{{{_WAYPOINT}}}waypoint", {"x": str(px), "y": str(py)})


def _shape(plane: etree._Element, element: etree._Element, box: Box) -> etree._Element:
    element_id = element.get("id", "")
    shape = etree.SubElement(plane, f"{{{_DI}}}BPMNShape", {"id": f"shape_of_{element_id}", "bpmnElement": element_id})
    sizes = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    etree.SubElement(shape, f"{{{_BOUNDS}}}Bounds", {name: str(value) for name, value in sizes.items()})
    return shape
