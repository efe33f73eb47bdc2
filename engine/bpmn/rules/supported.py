"""Elements that BPMN knows and Zeebe 8.5 does not run, and elements that cannot be named."""

from collections.abc import Iterator

from engine.bpmn.file import FLOW_NODES, BpmnFile
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import BPMN, Node

_UNSUPPORTED = {
    "transaction": "Transaction",
    "adHocSubProcess": "AdHocSubProcess",
    "complexGateway": "ComplexGateway",
    "implicitThrowEvent": "ImplicitThrowEvent",
    "event": "Event",
    "callChoreography": "CallChoreography",
    "choreographyTask": "ChoreographyTask",
    "subChoreography": "SubChoreography",
}
_UNSUPPORTED_DEFINITIONS = {"conditionalEventDefinition", "cancelEventDefinition"}
_NAMED = {*FLOW_NODES, "sequenceFlow", "compensateEventDefinition", "process"}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - every rule has the same form
    if node.namespace != BPMN:
        return
    if node.name in _UNSUPPORTED:
        yield (
            node,
            (
                f"Elements of type '{_UNSUPPORTED[node.name]}' are currently not supported."
                " Please refer to the documentation for a list of supported elements: https://docs.camunda.io/docs/components/modeler/bpmn/bpmn-coverage/"
            ),
        )
    if node.name in _UNSUPPORTED_DEFINITIONS:
        yield node, "Event definition of this type is not supported"
    if not node.id and (node.name in _NAMED or _is_catching_link(node)):
        yield node, f"The {node.name} in line {node.line} must have an id"


def _is_catching_link(node: Node) -> bool:
    return node.name == "linkEventDefinition" and node.parent is not None and node.parent.name == "intermediateCatchEvent"
