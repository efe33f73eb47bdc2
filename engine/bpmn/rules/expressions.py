"""Expressions in BPMN's own places: conditions of flows and loops, names and codes of what is thrown and caught."""

from collections.abc import Iterator

from engine.bpmn.constants import constant_text
from engine.bpmn.expressions import BadExpression, parse_condition, parse_expression
from engine.bpmn.file import BpmnFile
from engine.bpmn.rules.references import starts_a_process
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import BPMN, Node

# The codes of errors and escalations are looked at when they are thrown.
_NAMED = ("message", "signal")
_CONSTANT = {"messageEventDefinition": ("messageRef", "message"), "signalEventDefinition": ("signalRef", "signal")}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:
    if node.namespace != BPMN:
        return
    try:
        if node.name == "conditionExpression":
            parse_condition(node.text.strip())
        elif node.name == "multiInstanceLoopCharacteristics":
            _check_completion(node)
        elif node.name in _NAMED and node.get("name"):
            parse_expression(node.get("name"))
        elif node.name in _CONSTANT and starts_a_process(node):
            yield from _constant_name(node, file, *_CONSTANT[node.name])
    except BadExpression as error:
        yield node, str(error)


def _check_completion(loop: Node) -> None:
    condition = loop.first("completionCondition")
    if condition is not None and condition.text.strip():
        parse_expression(condition.text.strip())


def _constant_name(definition: Node, file: BpmnFile, reference: str, what: str) -> Iterator[Complaint]:
    """A process waits before any variable exists, so the name of its start message or signal must not need one."""
    target = file.referred(definition, reference)
    name = "" if target is None else target.get("name")
    if not name or definition.parent is None:
        return
    try:
        constant_text(parse_expression(name))
    except BadExpression as error:
        yield definition.parent, f"Expected constant expression of type String for {what} name '{name}', but {error}"
