"""Execution listeners: Zeebe 8.5 knows them at service tasks, and refuses them elsewhere."""

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.file import BpmnFile
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import ZEEBE, Node

_EVENTS = ("start", "end")
_UNKNOWN = "No enum constant io.camunda.zeebe.model.bpmn.instance.zeebe.ZeebeExecutionListenerEventType."


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - every rule has the same form
    if node.namespace == ZEEBE:
        if node.name == "executionListener":
            yield from _listener(node)
        elif node.name == "executionListeners" and node.parent is not None and node.parent.parent is not None:
            yield from _listeners(node, node.parent.parent)
    elif node.name == "serviceTask" and len(node.extensions("executionListeners")) > 1:
        yield (
            node,
            (
                "Must have exactly one 'zeebe:executionListeners' extension element when exists."
                " Please check process definition XML and retain only one extension element."
            ),
        )


def _listener(node: Node) -> Iterator[Complaint]:
    for attribute in ("eventType", "type"):
        if not node.get(attribute):
            yield node, f"Attribute '{attribute}' must be present and not empty"
    if node.get("eventType") not in ("", *_EVENTS):
        yield node, f"{_UNKNOWN}{node.get('eventType')}"


def _listeners(node: Node, owner: Node) -> Iterator[Complaint]:
    listeners = [child for child in node.children if child.name == "executionListener" and child.namespace == ZEEBE]
    if not listeners:
        return
    if owner.name != "serviceTask":
        yield (
            node,
            (
                f"Execution listeners are not supported for the '{owner.name}' element."
                " Currently, only [serviceTask] elements can have execution listeners."
            ),
        )
        return
    for (event, job_type), count in Counter((each.get("eventType"), each.get("type")) for each in listeners).items():
        if count > 1:
            yield (
                node,
                (
                    f"Found '{count}' duplicates based on eventType[{event}] and type[{job_type}],"
                    " these combinations should be unique."
                ),
            )
