"""Advice beyond the rules: what Zeebe accepts and a designer would still want to know before people work with it."""

from collections.abc import Iterator

from engine.bpmn.expressions import parse_when_reached
from engine.bpmn.file import ACTIVITIES, FLOW_NODES, GATEWAYS, BpmnFile, is_event_subprocess
from engine.bpmn.findings import Finding, Severity
from engine.bpmn.rules.references import reached
from engine.bpmn.xml_tree import Node

# Expressions that Zeebe does not look at before an instance comes to them, which then stops with an incident.
_READ_WHEN_REACHED = {
    "executionListener": ("type", "retries"),
    "formDefinition": ("formId", "externalReference"),
    "error": ("errorCode",),
    "escalation": ("escalationCode",),
}


def advise(file: BpmnFile) -> Iterator[Finding]:
    for process in file.executable_processes:
        graph = _Graph(process, file)
        # Extensions have names of BPMN's too: `zeebe:userTask` is no user task.
        for node in process.walk_bpmn():
            for message in graph.advice(node):
                yield file.finding(node, message, Severity.WARNING)
        for node in reached(process, file):
            for attribute in _READ_WHEN_REACHED.get(node.name, ()):
                expression = parse_when_reached(node.get(attribute))
                if expression is not None and expression.fault:
                    yield file.finding(node, expression.fault, Severity.WARNING)


class _Graph:
    """The flows of one process as they really run, whatever `incoming` and `outgoing` say."""

    def __init__(self, process: Node, file: BpmnFile) -> None:
        self._file = file
        self._outgoing: dict[str, list[Node]] = {}
        self._incoming: dict[str, list[Node]] = {}
        for node in process.walk_bpmn():
            if node.name == "sequenceFlow":
                self._outgoing.setdefault(node.get("sourceRef"), []).append(node)
                self._incoming.setdefault(node.get("targetRef"), []).append(node)
        self._reached = self._reachable(process)

    def advice(self, node: Node) -> Iterator[str]:
        if node.name in FLOW_NODES and node.id not in self._reached:
            yield "Nothing leads here: draw a sequence flow to this element or remove it."
        if node.name in GATEWAYS:
            yield from self._gateway(node)
        if node.name in ACTIVITIES and not is_event_subprocess(node):
            yield from self._activity(node)
        if node.name == "boundaryEvent":
            yield from self._boundary(node)
        if node.name == "startEvent" and not self._outgoing.get(node.id):
            yield "The start event leads nowhere."

    def _gateway(self, node: Node) -> Iterator[str]:
        flows = self._outgoing.get(node.id, [])
        if len(flows) > 1 and node.name in {"exclusiveGateway", "inclusiveGateway"}:
            if not node.get("name").strip():
                yield "A gateway that decides should bear its question as name."
            if not node.get("default"):
                yield "Without a default flow an instance stops with an incident when no condition is true."
            for flow in flows:
                if flow.first("conditionExpression") is None and flow.id != node.get("default"):
                    yield f"The flow '{flow.id}' has neither a condition nor is it the default flow: it is never taken."
        if len(flows) <= 1 and len(self._incoming.get(node.id, [])) <= 1:
            yield "The gateway neither splits nor joins."

    def _activity(self, node: Node) -> Iterator[str]:
        if not self._outgoing.get(node.id) and not node.flag("isForCompensation", default=False):
            yield "The path stops here without an end event."
        if not node.get("name").strip():
            yield "Give the activity a name: people see it in their inbox and on reports."

    def _boundary(self, node: Node) -> Iterator[str]:
        if not self._outgoing.get(node.id) and not node.all("compensateEventDefinition"):
            yield "The boundary event leads nowhere: what should happen when it occurs?"

    def _reachable(self, process: Node) -> set[str]:
        """All flow nodes a token can come to, from the start events of every scope."""
        pending = [node for node in process.walk_bpmn() if node.name == "startEvent" and node.parent is process]
        pending += [node for node in process.walk_bpmn() if is_event_subprocess(node)]
        pending += [node for node in process.walk_bpmn() if node.flag("isForCompensation", default=False)]
        reached = {node.id for node in pending}
        while pending:
            node = pending.pop()
            for following in self._following(node):
                if following.id not in reached:
                    reached.add(following.id)
                    pending.append(following)
        return reached

    def _following(self, node: Node) -> Iterator[Node]:
        for flow in self._outgoing.get(node.id, ()):
            target = self._file.referred(flow, "targetRef")
            if target is not None:
                yield target
        yield from self._file.attached.get(node.id, ())
        handler = self._file.by_id.get(self._file.associated.get(node.id, ""))
        if handler is not None and node.name == "boundaryEvent":
            yield handler
        if node.name == "subProcess":
            yield from node.all("startEvent")
        thrown = (
            {link.get("name") for link in node.all("linkEventDefinition")} if node.name == "intermediateThrowEvent" else set()
        )
        if thrown and node.parent is not None:
            for caught in node.parent.all("intermediateCatchEvent"):
                if any(link.get("name") in thrown for link in caught.all("linkEventDefinition")):
                    yield caught
