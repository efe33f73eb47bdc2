"""Compensation: a boundary event is tied to its handler by an association; a throw event names what it compensates."""

from collections.abc import Iterator

from engine.bpmn.file import ACTIVITIES, TASKS, BpmnFile, incoming_references, is_event_subprocess, outgoing_references
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    if node.name in TASKS and node.flag("isForCompensation", default=False):
        yield from _handler(node)
    if node.name != "compensateEventDefinition" or node.parent is None:
        return
    if node.parent.name == "boundaryEvent":
        yield from _boundary(node.parent, file)
    elif node.parent.name in {"intermediateThrowEvent", "endEvent"}:
        yield from _throw(node, node.parent, file)


def handler_of(boundary: Node, file: BpmnFile) -> Node | None:
    """The activity at the other end of a compensation boundary's association."""
    return file.by_id.get(file.associated.get(boundary.id, ""))


def _handler(activity: Node) -> Iterator[Complaint]:
    """Nothing leads to a task that is a handler, and nothing follows it: it runs beside what it undoes."""
    if incoming_references(activity):
        yield activity, "A compensation handler should have no incoming sequence flows"
    if outgoing_references(activity):
        yield activity, "A compensation handler should have no outgoing sequence flows"


def _boundary(boundary: Node, file: BpmnFile) -> Iterator[Complaint]:
    handler = handler_of(boundary, file)
    if handler is None or outgoing_references(boundary):
        yield boundary, "Compensation boundary events must have a compensation association and no outgoing sequence flows"
    elif handler.name not in ACTIVITIES:
        yield boundary, f"The compensation handler must be an activity, but '{handler.id}' is of type '{handler.name}'"


def _throw(definition: Node, event: Node, file: BpmnFile) -> Iterator[Complaint]:
    if not definition.flag("waitForCompletion", default=True):
        kind = "end" if event.name == "endEvent" else "intermediate throwing"
        yield event, f"A compensation {kind} event waitForCompletion attribute must be true or not present"
    if not definition.get("activityRef"):
        return
    activity = file.referred(definition, "activityRef")
    if activity is None or activity.name not in ACTIVITIES:
        yield definition, f"The referenced compensation activity '{definition.get('activityRef')}' is no activity"
        return
    if activity.name != "subProcess" and not _has_compensation_boundary(activity, file):
        yield (
            definition,
            (
                f"The referenced compensation activity '{activity.id}' must have either a compensation boundary event"
                " or be a subprocess"
            ),
        )
    if activity.parent is not event.parent and not _is_beside(activity, event.parent):
        yield (
            definition,
            f"The referenced compensation activity '{activity.id}' must be in the same scope as the compensation throw event",
        )


def _is_beside(activity: Node, scope: Node | None) -> bool:
    """Whether the scope is an event subprocess beside an activity: it undoes what its surroundings have done."""
    return scope is not None and is_event_subprocess(scope) and activity.parent is scope.parent


def _has_compensation_boundary(activity: Node, file: BpmnFile) -> bool:
    return any(event.all("compensateEventDefinition") for event in file.attached.get(activity.id, ()))
