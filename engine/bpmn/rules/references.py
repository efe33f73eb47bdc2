"""What events and receive tasks point at: messages, signals, errors, escalations and links that exist and have a name."""

from collections.abc import Iterator

from engine.bpmn.file import BpmnFile, is_event_subprocess
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import BPMN, Node

_REFERENCES = {
    "messageEventDefinition": "messageRef",
    "receiveTask": "messageRef",
    "signalEventDefinition": "signalRef",
    "errorEventDefinition": "errorRef",
    "escalationEventDefinition": "escalationRef",
}
# What has an id and is neither the beginning nor the end of a sequence flow.
_NOT_BY_FLOWS = {
    *("sequenceFlow", "association", "textAnnotation", "group", "lane", "laneSet", "process"),
    *("dataObject", "dataObjectReference", "dataStoreReference", "message", "signal", "error", "escalation"),
}
_THROWN_BY = {"endEvent", "intermediateThrowEvent"}


def reached(process: Node, file: BpmnFile) -> Iterator[Node]:
    """All nodes that matter for a process: its own and, once each, those its events refer to."""
    seen: set[str] = set()
    for node in process.walk():
        yield node
        target = file.referred(node, _REFERENCES[node.name]) if node.name in _REFERENCES else None
        if target is not None and target.id not in seen:
            seen.add(target.id)
            yield from target.walk()


def named(file: BpmnFile) -> Iterator[Node]:
    """All messages and signals of a file: they are looked at though nothing refers to them."""
    for node in file.root.children:
        if node.namespace == BPMN and node.name in {"message", "signal"}:
            yield from node.walk()


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    thrown = node.parent is not None and node.parent.name in _THROWN_BY
    match node.name:
        case "receiveTask":
            yield from _message(node, file)
        case "messageEventDefinition" if not thrown:
            yield from _message(node, file)
        case "signalEventDefinition":
            yield from _signal(node, file)
        case "errorEventDefinition":
            # A throw event bears no error: it is passed as if it bore nothing.
            yield from _code(node, file, "error", "ErrorCode", thrown=thrown and not _is_thrown_between(node))
        case "escalationEventDefinition":
            yield from _code(node, file, "escalation", "EscalationCode", thrown=thrown)
        case "sequenceFlow":
            yield from _ends(node, file)
        case "linkEventDefinition" if not node.get("name"):
            yield node, "Link name must be present and not empty."


def _ends(flow: Node, file: BpmnFile) -> Iterator[Complaint]:
    for attribute in ("sourceRef", "targetRef"):
        end = file.referred(flow, attribute)
        if end is not None and end.name in _NOT_BY_FLOWS:
            yield flow, f"A sequence flow leads from one activity, event or gateway to another, but '{end.id}' is a {end.name}"


def _is_thrown_between(definition: Node) -> bool:
    return definition.parent is not None and definition.parent.name == "intermediateThrowEvent"


def _message(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    message = file.referred(node, "messageRef")
    if message is None:
        yield node, "Must reference a message"
        return
    if not message.get("name"):
        yield message, "Name must be present and not empty"
    if not starts_a_process(node) and len(message.extensions("subscription")) != 1:
        yield message, "Must have exactly one zeebe:subscription extension element"


def starts_a_process(definition: Node) -> bool:
    """Whether an event definition belongs to a start event of a process, not of an event subprocess."""
    event = definition.parent
    if event is None or event.name != "startEvent" or event.parent is None:
        return False
    return not is_event_subprocess(event.parent)


def _signal(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    signal = file.referred(node, "signalRef")
    if signal is None:
        yield node, "Must reference a signal"
    elif not signal.get("name"):
        yield signal, "Name must be present and not empty"


def _code(node: Node, file: BpmnFile, what: str, attribute: str, *, thrown: bool) -> Iterator[Complaint]:
    """A thrown code must be there; a caught one must be plain text, and a missing one catches all."""
    target = file.referred(node, f"{what}Ref")
    code = "" if target is None else target.get(attribute[0].lower() + attribute[1:])
    if thrown and target is None:
        yield node, f"Must reference an {what}"
    elif thrown and not code:
        yield (node if what == "error" else target or node), f"{attribute} must be present and not empty"
    elif not thrown and code.startswith("="):
        yield node, f"The {what}Code of the {what} catch event is not allowed to be an expression"
