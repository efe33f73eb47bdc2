"""A parsed BPMN file with the lookups that rules and building share."""

from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.findings import Finding, Severity
from engine.bpmn.xml_tree import Node

EVENT_DEFINITIONS = (
    "messageEventDefinition",
    "timerEventDefinition",
    "errorEventDefinition",
    "signalEventDefinition",
    "terminateEventDefinition",
    "escalationEventDefinition",
    "linkEventDefinition",
    "compensateEventDefinition",
    "conditionalEventDefinition",
    "cancelEventDefinition",
)
TASKS = (
    "task",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "userTask",
    "manualTask",
    "scriptTask",
    "businessRuleTask",
)
ACTIVITIES = (*TASKS, "subProcess", "callActivity")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
FLOW_NODES = (*ACTIVITIES, *GATEWAYS, *EVENTS)


@dataclass(frozen=True)
class BpmnFile:
    """One resource; `root` is its `definitions`."""

    resource_name: str
    root: Node

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.root.walk() if node.id}

    @cached_property
    def executable_processes(self) -> tuple[Node, ...]:
        return tuple(node for node in self.root.all("process") if node.flag("isExecutable", default=False))

    @cached_property
    def attached(self) -> dict[str, list[Node]]:
        """The boundary events of each activity, in document order."""
        attached: dict[str, list[Node]] = {}
        for node in self.root.walk():
            if node.name == "boundaryEvent":
                attached.setdefault(node.get("attachedToRef"), []).append(node)
        return attached

    @cached_property
    def associated(self) -> dict[str, str]:
        """From the source of each association to its target: how a compensation boundary names its handler."""
        return {
            node.get("sourceRef"): node.get("targetRef")
            for node in reversed(list(self.root.walk()))
            if node.name == "association"
        }

    def referred(self, node: Node, attribute: str) -> Node | None:
        """The element an attribute names; a QName's prefix is of no meaning inside one file."""
        target = node.get(attribute).strip()
        return self.by_id.get(target) or self.by_id.get(target.rpartition(":")[2])

    def finding(self, node: Node, message: str, severity: Severity = Severity.ERROR) -> Finding:
        owner = node.owner
        path = f"Element: {'definitions' if node is self.root else node.path}"
        return Finding(self.resource_name, owner.id, owner.name, node.line, message, severity, path)


def event_definitions(event: Node) -> list[Node]:
    """The definitions inside an event, in document order."""
    return event.all(*EVENT_DEFINITIONS)


def is_event_subprocess(node: Node) -> bool:
    return node.name == "subProcess" and node.flag("triggeredByEvent", default=False)


def outgoing_references(node: Node) -> list[str]:
    """The flows a node itself says it has; Zeebe's validation reads these, its execution the flows."""
    return [reference.text.strip() for reference in node.all("outgoing")]


def incoming_references(node: Node) -> list[str]:
    return [reference.text.strip() for reference in node.all("incoming")]
