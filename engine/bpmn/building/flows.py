"""Sequence flows, in the order in which Zeebe takes them: the one written last goes first."""

from engine.bpmn.expressions import parse_expression
from engine.bpmn.model import SequenceFlow
from engine.bpmn.xml_tree import Node


class Flows:
    """All flows of one process, by id and by the elements they join."""

    def __init__(self, process: Node) -> None:
        self.by_id: dict[str, SequenceFlow] = {}
        self._outgoing: dict[str, list[SequenceFlow]] = {}
        self._incoming: dict[str, list[SequenceFlow]] = {}
        for node in process.walk_bpmn():
            if node.name == "sequenceFlow":
                self._add(_flow(node))

    def _add(self, flow: SequenceFlow) -> None:
        self.by_id[flow.id] = flow
        self._outgoing.setdefault(flow.source_id, []).append(flow)
        self._incoming.setdefault(flow.target_id, []).append(flow)

    def outgoing(self, element_id: str) -> tuple[SequenceFlow, ...]:
        return tuple(reversed(self._outgoing.get(element_id, [])))

    def incoming(self, element_id: str) -> tuple[SequenceFlow, ...]:
        return tuple(reversed(self._incoming.get(element_id, [])))


def _flow(node: Node) -> SequenceFlow:
    condition = node.first("conditionExpression")
    return SequenceFlow(
        id=node.id,
        source_id=node.get("sourceRef").strip(),
        target_id=node.get("targetRef").strip(),
        order=node.order,
        condition=None if condition is None else parse_expression(condition.text.strip()),
        name=node.get("name"),
    )
