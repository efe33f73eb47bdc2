"""Tasks, call activities and their boundary events: what they must carry to be executed."""

from collections.abc import Callable, Iterator

from engine.bpmn.file import ACTIVITIES, BpmnFile
from engine.bpmn.rules.catching import clashes
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

# Tasks that are either executed by the engine or handed out as a job.
_EITHER = {"scriptTask": "script", "businessRuleTask": "calledDecision"}
_ONE_WHEN_EXISTS = (
    *("ioMapping", "assignmentDefinition", "taskSchedule", "formDefinition", "taskHeaders"),
    *("userTask", "calledDecision", "script"),
)


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    if node.name in ACTIVITIES:
        yield from clashes(node, file.attached.get(node.id, ()), file)
        yield from _repeated_extensions(node)
    if node.name in _EITHER:
        yield from _one_of(node, _EITHER[node.name])
    elif node.name == "receiveTask":
        yield from _received_twice(node, file)
    elif node.name in _OWN_RULES:
        yield from _OWN_RULES[node.name](node)


def _received_twice(task: Node, file: BpmnFile) -> Iterator[Complaint]:
    """A receive task and its boundary events wait at one time: each for a message of another name."""
    own = file.referred(task, "messageRef")
    definitions = [one for event in file.attached.get(task.id, ()) for one in event.all("messageEventDefinition")]
    others = [file.referred(definition, "messageRef") for definition in definitions]
    if own is not None and own.get("name") in {other.get("name") for other in others if other is not None}:
        yield task, "Cannot reference the same message name as a boundary event"


def _one_of(node: Node, extension: str) -> Iterator[Complaint]:
    """Exactly one of the given extension and `zeebe:taskDefinition`."""
    if len(node.extensions(extension, "taskDefinition")) != 1:
        yield node, f"Must have either one 'zeebe:{extension}' or one 'zeebe:taskDefinition' extension element"


def _service_task(node: Node) -> Iterator[Complaint]:
    if len(node.extensions("taskDefinition")) != 1:
        yield node, "Must have exactly one 'zeebe:taskDefinition' extension element"


def _send_task(node: Node) -> Iterator[Complaint]:
    """Zeebe 8.5 takes `zeebe:publishMessage` here and raises an incident when the task is reached; we say so before."""
    if node.extensions("publishMessage"):
        yield node, "Currently, only job worker-based implementation is supported for 'sendTask'."
    elif len(node.extensions("taskDefinition")) != 1:
        yield node, "Must have either one 'zeebe:publishMessage' or one 'zeebe:taskDefinition' extension element"


def _call_activity(node: Node) -> Iterator[Complaint]:
    if len(node.extensions("calledElement")) != 1:
        yield node, "Must have exactly one 'zeebe:calledElement' extension element"


def _multi_instance(node: Node) -> Iterator[Complaint]:
    if len(node.extensions("loopCharacteristics")) != 1:
        yield node, "Must have exactly one 'zeebe:loopCharacteristics' extension element"


_OWN_RULES: dict[str, Callable[[Node], Iterator[Complaint]]] = {
    "serviceTask": _service_task,
    "sendTask": _send_task,
    "callActivity": _call_activity,
    "multiInstanceLoopCharacteristics": _multi_instance,
}


def _repeated_extensions(node: Node) -> Iterator[Complaint]:
    for name in _ONE_WHEN_EXISTS:
        if len(node.extensions(name)) > 1:
            yield (
                node,
                (
                    f"Must have exactly one 'zeebe:{name}' extension element when exists."
                    " Please check process definition XML and retain only one extension element."
                ),
            )
