"""Timers: exactly one kind, well-formed when written as text, and constant where they start a process."""

from collections.abc import Callable, Iterator

from engine.bpmn import timers
from engine.bpmn.constants import constant, type_name
from engine.bpmn.expressions import BadExpression, parse_expression
from engine.bpmn.file import BpmnFile
from engine.bpmn.model import Expression
from engine.bpmn.rules.references import starts_a_process
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.xml_tree import Node

_KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[str], str | None]]] = {
    "timeDuration": ("duration", ("DURATION", "PERIOD", "STRING"), timers.duration_fault),
    "timeDate": ("date", ("DATE_TIME", "STRING"), timers.date_fault),
    "timeCycle": ("cycle", ("STRING",), timers.written_cycle_fault),
}


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - every rule has the same form
    if node.name != "timerEventDefinition" or node.parent is None:
        return
    kinds = node.all(*_KINDS)
    if len(kinds) != 1:
        yield node, "Must be exactly one type of timer: timeDuration, timeDate or timeCycle"
        return
    name, types, fault_of = _KINDS[kinds[0].name]
    text = kinds[0].text.strip()
    try:
        expression = parse_expression(text) if text else Expression("")
    except BadExpression as error:
        yield node, str(error)
        return
    if expression.is_static:
        fault = fault_of(text)
    elif starts_a_process(node):
        fault = _constant_fault(expression, types, fault_of)
    else:
        fault = None
    if fault is not None:
        yield node.parent, f"Invalid timer {name} expression ({fault})"


def _constant_fault(expression: Expression, types: tuple[str, ...], fault_of: Callable[[str], str | None]) -> str | None:
    value, warnings = constant(expression)
    if isinstance(value, str):
        return timers.cycle_fault(value) if types == ("STRING",) else fault_of(value)
    if type_name(value) in types:
        return None
    expected = f"one of '[{', '.join(types)}]'" if len(types) > 1 else f"'{types[0]}'"
    remarks = "".join(f"\n{warning}" for warning in warnings)
    reported = f" The evaluation reported the following warnings:{remarks}" if warnings else ""
    return f"Expected result of the expression '{expression.source}' to be {expected}, but was '{type_name(value)}'.{reported}"
