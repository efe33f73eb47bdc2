"""Loops that would turn for ever: a circle of elements none of which waits for anything."""

from collections.abc import Iterator, Mapping

from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_RUN_THROUGH = {
    "task",
    "manualTask",
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "intermediateThrowEvent",
}
_WAITING_THROWS = ("taskDefinition",)


def straight_through(process: Node) -> Iterator[Complaint]:
    """At most one complaint: the first such loop that is met in document order."""
    nodes = {node.id: node for node in process.walk() if _runs_through(node)}
    follow: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for flow in process.walk():
        if flow.name == "sequenceFlow" and flow.get("sourceRef") in nodes and flow.get("targetRef") in nodes:
            follow[flow.get("sourceRef")].append(flow.get("targetRef"))
    loop = _find_loop(follow)
    if loop:
        message = f"Processes are not allowed to contain a straight-through processing loop: {' > '.join(loop)}"
        yield nodes[loop[0]], message


def _runs_through(node: Node) -> bool:
    if node.name == "scriptTask":
        return node.extension("script") is not None
    return node.name in _RUN_THROUGH and not node.extensions(*_WAITING_THROWS)


def _find_loop(follow: Mapping[str, list[str]]) -> list[str]:
    """Depth-first search with an explicit stack: linear in the number of flows, however long the chain."""
    finished: set[str] = set()
    for first in follow:
        if first in finished:
            continue
        path, position = [first], {first: 0}
        branches = [iter(follow[first])]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                branches.pop()
                finished.add(path[-1])
                del position[path.pop()]
            elif following in position:
                return [*path[position[following] :], following]
            elif following not in finished:
                position[following] = len(path)
                path.append(following)
                branches.append(iter(follow[following]))
    return []
