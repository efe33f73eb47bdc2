"""Gateways and the conditions on flows: where they may stand and where they must."""

from collections.abc import Iterator

from engine.bpmn.file import FLOW_NODES, BpmnFile, event_definitions, incoming_references, outgoing_references
from engine.bpmn.rules.catching import clashes
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_CONDITIONAL = {"exclusiveGateway", "inclusiveGateway"}
_AFTER_EVENT_GATEWAY = {"messageEventDefinition", "timerEventDefinition", "signalEventDefinition"}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    if node.name not in FLOW_NODES:
        return
    flows = [file.by_id[flow_id] for flow_id in outgoing_references(node) if flow_id in file.by_id]
    if node.name in _CONDITIONAL:
        yield from _conditions(node, flows)
        yield from _default_flow(node, file)
    elif any(flow.first("conditionExpression") for flow in flows):
        yield node, "Conditional sequence flows are only supported at exclusive or inclusive gateway"
    if node.name == "inclusiveGateway" and len(incoming_references(node)) > 1:
        yield node, "Currently the inclusive gateway can only have one incoming sequence flow"
    if node.name == "eventBasedGateway":
        yield from _event_gateway(node, flows, file)


def _conditions(node: Node, flows: list[Node]) -> Iterator[Complaint]:
    if len(flows) < 2:
        return
    message = "Must have a condition or be default flow" if node.name == "exclusiveGateway" else "Must have a condition"
    for flow in flows:
        if flow.first("conditionExpression") is None and flow.id != node.get("default"):
            yield flow, message


def _default_flow(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    flow = file.by_id.get(node.get("default"))
    if flow is not None and flow.get("sourceRef") != node.id:
        yield node, "Default flow must start at gateway"


def _event_gateway(node: Node, flows: list[Node], file: BpmnFile) -> Iterator[Complaint]:
    if len(flows) < 2:
        yield node, "Event-based gateway must have at least 2 outgoing sequence flows."
    targets = [target for flow in flows if (target := file.referred(flow, "targetRef")) is not None]
    if not all(_may_follow(target) for target in targets):
        yield (
            node,
            (
                "Event-based gateway must not have an outgoing sequence flow to other elements than"
                " message/timer/signal intermediate catch events."
            ),
        )
    if any(len(incoming_references(target)) > 1 for target in targets):
        yield (
            node,
            (
                "Target elements of an event gateway must not have any additional incoming sequence flows other than"
                " that from the event gateway."
            ),
        )
    yield from clashes(node, targets, file)


def _may_follow(target: Node) -> bool:
    kinds = [definition.name for definition in event_definitions(target)]
    return target.name == "intermediateCatchEvent" and len(kinds) == 1 and kinds[0] in _AFTER_EVENT_GATEWAY
