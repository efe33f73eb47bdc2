"""Loops that would turn for ever: a circle of elements none of which waits for anything."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.bpmn.file import GATEWAYS, BpmnFile
from engine.bpmn.findings import Finding
from engine.bpmn.rules.knots import knots_of
from engine.bpmn.xml_tree import Node

_RUN_THROUGH = {
    "task",
    "manualTask",
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "intermediateThrowEvent",
}


def straight_through(process: Node, file: BpmnFile) -> Iterator[Finding]:
    """At most one: the first activity or event on such a loop. A loop of gateways alone is Zeebe's to turn."""
    nodes = {node.id: node for node in process.walk_bpmn() if _runs_through(node)}
    follow: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for flow in process.walk_bpmn():
        if flow.name == "sequenceFlow" and flow.get("sourceRef") in nodes and flow.get("targetRef") in nodes:
            follow[flow.get("sourceRef")].append(flow.get("targetRef"))
    knots = knots_of(follow)
    for node in nodes.values():
        if node.name not in GATEWAYS and (loop := _way_back(node.id, follow, knots)):
            message = f"Processes are not allowed to contain a straight-through processing loop: {' > '.join(loop)}"
            yield replace(file.finding(node, message), path=f"Process: {process.id}")
            return


def _runs_through(node: Node) -> bool:
    if node.name == "scriptTask":
        return node.extension("script") is not None
    return node.name in _RUN_THROUGH and not node.extensions("taskDefinition")


def _way_back(start: str, follow: Mapping[str, list[str]], knots: Mapping[str, int]) -> list[str]:
    """The shortest way from a node to itself, empty where there is none."""
    came_from: dict[str, str] = {}
    pending = deque([start])
    while pending:
        node = pending.popleft()
        for following in follow[node]:
            if following == start:
                way = [node]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return [*reversed(way), start]
            if following not in came_from and knots[following] == knots[start]:
                came_from[following] = node
                pending.append(following)
    return []
