"""The order of parts within an element, as BPMN's schema wants it.

Engines that do not check files against the schema run models whose parts stand in any order; Zeebe refuses them.
"""

from lxml import etree

from engine.bpmn.importing.editing import Model, text_of
from engine.bpmn.xml_tree import BPMN

_FIRST = ("documentation", "extensionElements")
_ACTIVITY = (
    *("incoming", "outgoing", "ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation"),
    *("resourceRole", "performer", "humanPerformer", "potentialOwner"),
    *("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"),
)
_EVENT = (
    *("incoming", "outgoing", "property", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation"),
    *("inputSet", "outputSet"),
)
_LATER = ("association", "group", "textAnnotation")
_LOOP = ("loopCardinality", "loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem")
_ACTIVITIES = ("task", "Task", "subProcess", "SubProcess", "transaction", "callActivity")


def restore(model: Model) -> None:
    _name_flows(model)
    for element in list(model.root.iter(etree.Element)):
        if etree.QName(element).namespace == BPMN:
            _sort(model, element)


def _name_flows(model: Model) -> None:
    """Name each flow at the elements it joins: other engines read only the flow, Zeebe's rules count these names."""
    joined = {element.get("id"): element for element in model.root.iter(f"{{{BPMN}}}*") if element.get("id")}
    named = {
        (end, text_of(reference).strip().rpartition(":")[2])
        for end in ("incoming", "outgoing")
        for reference in model.root.iter(f"{{{BPMN}}}{end}")
    }
    added: dict[etree._Element, None] = {}
    for flow in model.elements("sequenceFlow"):
        for end, attribute in (("outgoing", "sourceRef"), ("incoming", "targetRef")):
            element, flow_id = joined.get(flow.get(attribute)), flow.get("id")
            if element is not None and flow_id and (end, flow_id) not in named:
                etree.SubElement(element, f"{{{BPMN}}}{end}").text = flow_id
                added[element] = None
    if added:
        model.converted(model.root, f"the flows of {len(added)} elements are named at them now")
    for element in added:
        _sort(model, element, is_told=False)


def _sort(model: Model, element: etree._Element, *, is_told: bool = True) -> None:
    before, later = _known(etree.QName(element).localname)
    places = {name: place for place, name in enumerate(before)}
    last = len(places)

    def place(child: etree._Element) -> int:
        name = etree.QName(child)
        if name.localname in later:
            return last + 1
        return places.get(name.localname, last) if name.namespace == BPMN else last

    parts = [child for child in element if isinstance(child.tag, str)]
    ordered = sorted(parts, key=place)
    if ordered != parts:
        element[:] = [child for child in element if not isinstance(child.tag, str)] + ordered
        if is_told:
            model.converted(element, "its parts stand in the order of BPMN's schema now")


def _known(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which parts of an element come first, in their order, and which last."""
    if name == "definitions":
        return ("import", "extension"), ("BPMNDiagram", "relationship")
    if name == "process":
        return (*_FIRST, "auditing", "monitoring", "property", "laneSet"), (*_LATER, "correlationSubscription")
    if name == "multiInstanceLoopCharacteristics":
        return (*_FIRST, *_LOOP), ("completionCondition",)
    if name.endswith(_ACTIVITIES):
        return (*_FIRST, *_ACTIVITY, "laneSet"), _LATER
    if name.endswith("Event"):
        return (*_FIRST, *_EVENT), ()
    if name.endswith("Gateway"):
        return (*_FIRST, "incoming", "outgoing"), ()
    return _FIRST, ()
