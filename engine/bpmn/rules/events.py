"""Which event may bear which definition, and how many."""

from collections.abc import Callable, Iterator

from engine.bpmn.file import ACTIVITIES, BpmnFile, event_definitions, incoming_references, outgoing_references
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_CATCHING = {"message", "timer", "signal", "link"}
_ENDING = {"error", "message", "terminate", "signal", "escalation", "compensate"}
_BOUNDARY = {"timer", "message", "error", "signal", "escalation", "compensate"}
_ALWAYS_INTERRUPTING = {"error", "compensate"}
# A transaction is refused for itself; it is a subprocess all the same.
_HOSTS = {*ACTIVITIES, "transaction"}
_SCOPES = {"subProcess", "transaction", "callActivity"}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    rule = _RULES.get(node.name)
    if rule is not None:
        yield from rule(node, [definition.name.removesuffix("EventDefinition") for definition in event_definitions(node)], file)


type _EventRule = Callable[[Node, list[str], BpmnFile], Iterator[Complaint]]


def _start(node: Node, kinds: list[str], file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - the form of these rules
    if len(kinds) > 1:
        yield node, "Start event can't have more than one type"


def _catch(node: Node, kinds: list[str], file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - the form of these rules
    if len(kinds) != 1:
        yield node, "Must have exactly one event definition"
    elif kinds[0] not in _CATCHING:
        yield node, "Event definition must be one of: message, timer, signal, or link"
    elif kinds[0] == "timer" and not any(
        definition.first("timeDuration") or definition.first("timeDate") for definition in event_definitions(node)
    ):
        yield node, "Intermediate timer catch event must have either a time duration or a time date."


def _throw(node: Node, kinds: list[str], file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - the form of these rules
    if len(kinds) > 1:
        yield node, "Must have at most one event definition"
    if "message" in kinds:
        yield from _thrown_message(node)


def _end(node: Node, kinds: list[str], file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - the form of these rules
    if outgoing_references(node):
        yield node, "End events must not have outgoing sequence flows to other elements."
    if len(kinds) > 1:
        yield node, "Must have at most one event definition"
    elif not set(kinds) <= _ENDING:
        yield node, "End events must be one of: none, error, message, terminate, signal, escalation or compensation"
    if "message" in kinds:
        yield from _thrown_message(node)


def _thrown_message(node: Node) -> Iterator[Complaint]:
    """A message is thrown by a job; Zeebe 8.5 knows `zeebe:publishMessage` and refuses it here."""
    if node.extensions("publishMessage") or len(node.extensions("taskDefinition")) != 1:
        yield node, "Must have either one 'zeebe:publishMessage' or one 'zeebe:taskDefinition' extension element"


def _boundary(node: Node, kinds: list[str], file: BpmnFile) -> Iterator[Complaint]:
    host = file.referred(node, "attachedToRef")
    if host is None:
        yield node, "Must be attached to an activity"
    elif host.name not in _HOSTS:
        yield node, f"A boundary event can only be attached to an activity, but '{host.id}' is of type '{host.name}'"
    if incoming_references(node):
        yield node, "Cannot have incoming sequence flows"
    if len(kinds) != 1:
        yield node, "Must have exactly one event definition"
        return
    if kinds[0] not in _BOUNDARY:
        yield node, "Boundary events must be one of: timer, message, error, signal, escalation"
    if kinds[0] == "escalation" and host is not None and host.name not in _SCOPES:
        yield node, "An escalation boundary event should only be attached to a subprocess, or a call activity."
    interrupting = node.flag("cancelActivity", default=True)
    if not interrupting and kinds[0] in _ALWAYS_INTERRUPTING:
        yield node, "Non-Interrupting event of this type is not allowed"
    if interrupting and any(definition.first("timeCycle") for definition in event_definitions(node)):
        yield node, "Interrupting timer event with time cycle is not allowed."


_RULES: dict[str, _EventRule] = {
    "startEvent": _start,
    "intermediateCatchEvent": _catch,
    "intermediateThrowEvent": _throw,
    "endEvent": _end,
    "boundaryEvent": _boundary,
}
