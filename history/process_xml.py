"""What a modeller drew and named, read from the XML of a deployed process."""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from zeebe.model_xml import UnreadableModel, model_root

type _Node = Any  # lxml ships no types.

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_FLOW_ELEMENT = re.compile(
    r"^(\w*[tT]ask|\w+Event|\w+Gateway|subProcess|adHocSubProcess|transaction|callActivity|sequenceFlow)$"
)
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class DrawnElement:
    """An element or sequence flow; `scope_id` is the process or subprocess it lies in."""

    element_id: str
    element_type: str
    name: str
    scope_id: str
    source_id: str = ""
    target_id: str = ""


@dataclass(frozen=True, slots=True)
class DrawnProcess:
    name: str
    elements: tuple[DrawnElement, ...]


UNREADABLE = DrawnProcess("", ())


def read_process(xml: bytes, bpmn_process_id: str) -> DrawnProcess:
    """The name and elements of one process in a BPMN file; without any when it cannot be read safely.

    The engine accepted the file before; a doubtful one costs names here, never the record.
    """
    try:
        root = model_root(xml)
    except UnreadableModel:
        return UNREADABLE
    for process in root.iter(f"{BPMN}process"):
        if process.get("id") == bpmn_process_id:
            return DrawnProcess(_name(process), tuple(_elements(process)))
    return UNREADABLE


def _elements(process: _Node) -> list[DrawnElement]:
    found: dict[str, DrawnElement] = {}
    for node in process.iterdescendants(etree.Element):
        if not node.tag.startswith(BPMN):
            continue
        tag, element_id = node.tag.removeprefix(BPMN), node.get("id")
        if not element_id or not _FLOW_ELEMENT.match(tag):
            continue
        found[element_id] = DrawnElement(
            element_id,
            _element_type(node, tag),
            _name(node),
            node.getparent().get("id", ""),
            node.get("sourceRef") or node.get("attachedToRef", ""),
            node.get("targetRef", ""),
        )
    return list(found.values())


def _element_type(node: _Node, tag: str) -> str:
    """Zeebe's name of the type: `serviceTask` is SERVICE_TASK."""
    if tag == "subProcess" and node.get("triggeredByEvent") == "true":
        return "EVENT_SUB_PROCESS"
    return _WORD_START.sub("_", tag).upper()


def _name(node: _Node) -> str:
    """The name on one line, as it reads on the diagram."""
    return " ".join(node.get("name", "").split())
