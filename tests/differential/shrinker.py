"""Makes a failing scenario small: takes away steps, then elements, for as long as the difference remains."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from tests.bpmn_builder import BPMN
from tests.differential.scenario import Scenario

type Fails = Callable[[Scenario], bool]

_FLOW = f"{{{BPMN}}}sequenceFlow"
_CONTAINERS = {f"{{{BPMN}}}process", f"{{{BPMN}}}subProcess"}
_KEPT = {f"{{{BPMN}}}{name}" for name in ("extensionElements", "incoming", "outgoing", "multiInstanceLoopCharacteristics")}


def shrink(scenario: Scenario, fails: Fails, tries: int = 150) -> Scenario:
    """The smallest scenario found that still fails."""
    smallest, progress = scenario, True
    while progress and tries > 0:
        progress = False
        for smaller in _smaller(smallest):
            tries -= 1
            if tries <= 0:
                break
            if fails(smaller):
                smallest, progress = smaller, True
                break
    return smallest


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    steps = scenario.steps
    for half in (len(steps) // 2, 1):
        for start in range(len(steps) - half, 0, -max(1, half)):
            if half:
                yield replace(scenario, steps=steps[:start] + steps[start + half :])
    for name, text in scenario.resources.items():
        for smaller in _smaller_files(text):
            yield replace(scenario, resources={**scenario.resources, name: smaller})


def _smaller_files(text: str) -> Iterator[str]:
    """The file without one of its elements, its flows joined around the gap; and without one extension or boundary."""
    root = etree.fromstring(text.encode())
    for node_id in [node.get("id") for scope in root.iter(*_CONTAINERS) for node in scope if node.get("id")]:
        smaller = etree.fromstring(text.encode())
        node = next((node for node in smaller.iter() if node.get("id") == node_id), None)
        if node is not None and node.tag != _FLOW and node.tag not in _KEPT and _remove(smaller, node):
            yield _written(smaller)
    for number, _ in enumerate(_parts(root)):
        smaller = etree.fromstring(text.encode())
        part = list(_parts(smaller))[number]
        part.getparent().remove(part)
        yield _written(smaller)


def _parts(root: etree._Element) -> Iterator[etree._Element]:
    names = ("multiInstanceLoopCharacteristics", "ioMapping", "completionCondition")
    return (node for node in root.iter() if etree.QName(node).localname in names)


def _remove(root: etree._Element, node: etree._Element) -> bool:
    """Take out a flow node; what flowed in now flows to where it flowed out, if that was one place."""
    inside = {child.get("id") for child in node.iter()}
    flows = list(root.iter(_FLOW))
    incoming = [flow for flow in flows if flow.get("targetRef") == node.get("id")]
    outgoing = [flow for flow in flows if flow.get("sourceRef") == node.get("id")]
    if len(outgoing) > 1 and incoming:
        return False
    for flow in incoming:
        if outgoing:
            flow.set("targetRef", outgoing[0].get("targetRef"))
        else:
            flow.getparent().remove(flow)
    for flow in outgoing:
        flow.getparent().remove(flow)
    for other in list(root.iter()):
        if inside & {other.get("attachedToRef"), other.get("sourceRef"), other.get("targetRef")} - {None}:
            other.getparent().remove(other)
    node.getparent().remove(node)
    return True


def _written(root: etree._Element) -> str:
    """With `incoming` and `outgoing` as the flows now say."""
    for reference in [*root.iter(f"{{{BPMN}}}incoming"), *root.iter(f"{{{BPMN}}}outgoing")]:
        reference.getparent().remove(reference)
    by_id = {node.get("id"): node for node in root.iter() if node.get("id")}
    for flow in root.iter(_FLOW):
        for attribute, tag in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
            node = by_id.get(flow.get(attribute))
            if node is not None:
                reference = etree.Element(f"{{{BPMN}}}{tag}")
                reference.text = flow.get("id")
                node.insert(_place(node, tag), reference)
    return etree.tostring(root, encoding="unicode")


def _place(node: etree._Element, tag: str) -> int:
    before = {"documentation", "extensionElements", "incoming"} | ({"outgoing"} if tag == "outgoing" else set())
    return sum(1 for child in node if etree.QName(child).localname in before)
