"""Processes and subprocesses: their start events, their links, and what may be caught only once in a scope."""

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.file import BpmnFile, event_definitions, is_event_subprocess
from engine.bpmn.rules.catching import clashes
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_EVENT_SUBPROCESS_STARTS = {
    "messageEventDefinition",
    "timerEventDefinition",
    "errorEventDefinition",
    "signalEventDefinition",
    "escalationEventDefinition",
}
_ALWAYS_INTERRUPTING = {"errorEventDefinition"}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    if node.name == "process":
        yield from _process_starts(node, file)
    elif node.name == "transaction":
        yield from _subprocess_start(node)
        return
    elif node.name == "subProcess":
        yield from _event_subprocess_start(node) if is_event_subprocess(node) else _subprocess_start(node)
    else:
        return
    yield from _links(node)
    starts = node.all("startEvent") if node.name == "process" else []
    inner = [start for child in node.all("subProcess") if is_event_subprocess(child) for start in child.all("startEvent")]
    yield from clashes(node, inner, file)
    yield from clashes(node, starts, file, kinds=("signalEventDefinition",))
    # Two starts by one message are told at the message, two messages of one name at the process.
    by_message = {definition.get("messageRef"): start for start in starts for definition in start.all("messageEventDefinition")}
    yield from clashes(node, by_message.values(), file, kinds=("messageEventDefinition",))


def _process_starts(process: Node, file: BpmnFile) -> Iterator[Complaint]:
    starts = process.all("startEvent")
    if not starts:
        yield process, "Must have at least one start event"
    if sum(not event_definitions(start) for start in starts) > 1:
        yield process, "Multiple none start events are not allowed"
    messages = Counter(definition.get("messageRef") for start in starts for definition in start.all("messageEventDefinition"))
    for start in starts:
        for definition in start.all("messageEventDefinition"):
            message = file.referred(definition, "messageRef")
            if message is not None and messages[definition.get("messageRef")] > 1:
                yield message, "A message cannot be referred by more than one start event"


def _subprocess_start(node: Node) -> Iterator[Complaint]:
    starts = node.all("startEvent")
    if len(starts) != 1:
        yield node, "Must have exactly one start event"
    elif event_definitions(starts[0]):
        yield node, "Start events in subprocesses must be of type none"


def _event_subprocess_start(node: Node) -> Iterator[Complaint]:
    starts = node.all("startEvent")
    if len(starts) != 1:
        yield node, "Must have exactly one start event"
        return
    definitions = event_definitions(starts[0])
    kinds = {definition.name for definition in definitions}
    if "compensateEventDefinition" in kinds and node.parent is not None and node.parent.name == "process":
        yield node, "A compensation event subprocess is not allowed on the process level"
    if not kinds or not kinds <= _EVENT_SUBPROCESS_STARTS:
        yield node, "Start events in event subprocesses must be one of: message, timer, error, signal or escalation"
    interrupting = starts[0].flag("isInterrupting", default=True)
    if not interrupting and kinds & _ALWAYS_INTERRUPTING:
        yield node, "Non-Interrupting event of this type is not allowed"
    if interrupting and any(definition.first("timeCycle") for definition in definitions):
        yield node, "Interrupting timer event with time cycle is not allowed."


def _links(scope: Node) -> Iterator[Complaint]:
    caught = Counter(_link_names(scope, "intermediateCatchEvent"))
    for name, count in caught.items():
        if count > 1:
            yield scope, f"Multiple intermediate catch link event definitions with the same name '{name}' are not allowed."
    for name in dict.fromkeys(_link_names(scope, "intermediateThrowEvent")):
        if name and name not in caught:
            yield scope, f"Can't find an catch link event for the throw link event with the name '{name}'."


def _link_names(scope: Node, event: str) -> list[str]:
    return [link.get("name") for node in scope.all(event) for link in node.all("linkEventDefinition") if link.get("name")]
