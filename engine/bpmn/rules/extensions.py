"""Zeebe's extension elements: which attributes they need, which of them take FEEL, and the pairs that go together."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from engine.bpmn.expressions import BadExpression, parse_expression, parse_feel
from engine.bpmn.file import BpmnFile
from engine.bpmn.rules.rule import Complaint
from engine.bpmn.timers import is_zoned_date_time
from engine.bpmn.xml_tree import ZEEBE, Node

_PATH_PATTERN = r"[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*"
_PATH = re.compile(_PATH_PATTERN)
_RESERVED = ("null", "true", "false", "function", "if", "then", "else", "for", "between", "instance", "of")


def check(node: Node, file: BpmnFile) -> Iterator[Complaint]:  # noqa: ARG001 - every rule has the same form
    if node.namespace == ZEEBE and node.name in _RULES:
        for fault in _RULES[node.name](node):
            yield node, fault


def expression_faults(node: Node, attribute: str, *, required: bool = True, feel_only: bool = False) -> Iterator[str]:
    """What is wrong with an attribute that takes an expression."""
    text = node.get(attribute)
    if not text and not required:
        return
    try:
        if feel_only:
            parse_feel(text)
        else:
            parse_expression(text)
    except BadExpression as error:
        yield str(error)


def _present(node: Node, attribute: str) -> Iterator[str]:
    if not node.get(attribute):
        yield f"Attribute '{attribute}' must be present and not empty"


def _task_definition(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "type")
    yield from expression_faults(node, "retries", required=False)


def _called_element(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "processId")


def _called_decision(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "decisionId")
    yield from _present(node, "resultVariable")


def _script(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "expression", feel_only=True)
    yield from _present(node, "resultVariable")


def _loop_characteristics(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "inputCollection", feel_only=True)
    yield from expression_faults(node, "outputElement", required=False, feel_only=True)
    for one, other in (("outputElement", "outputCollection"), ("outputCollection", "outputElement")):
        if node.get(other) and not node.get(one):
            yield f"Attribute '{one}' must be present if the attribute '{other}' is set"


def _subscription(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "correlationKey", feel_only=True)


def _publish_message(node: Node) -> Iterator[str]:
    yield from _present(node, "correlationKey")


def _input(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "source")
    yield from _target(node)


def _output(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "source", feel_only=True)
    yield from _target(node)


def _target(node: Node) -> Iterator[str]:
    target = node.get("target")
    if not target:
        yield "Expected path expression but not found."
    elif not _PATH.fullmatch(target):
        yield f"Expected path expression '{target}' but doesn't match the pattern '{_PATH_PATTERN}'."
    elif target in _RESERVED:
        yield f"Expected path expression '{target}' but is one of the reserved words ({', '.join(_RESERVED)})."


def _form_definition(node: Node) -> Iterator[str]:
    task = node.parent.parent if node.parent is not None else None
    native = task is not None and bool(task.extensions("userTask"))
    other = "externalReference" if native else "formKey"
    if sum(bool(node.get(attribute).strip()) for attribute in ("formId", other)) != 1:
        suffix = " for native user tasks" if native else ""
        yield f"Exactly one of the attributes 'formId, {other}' must be present and not blank{suffix}"


def _assignment(node: Node) -> Iterator[str]:
    yield from expression_faults(node, "assignee", required=False)
    for attribute in ("candidateGroups", "candidateUsers"):
        text = node.get(attribute)
        yield from expression_faults(node, attribute, required=False)
        if text and not text.startswith("=") and not all(part.strip() for part in text.split(",")):
            yield f"Expected static value to be a list of comma-separated values, e.g. 'a,b,c', but found '{text}'."


def _schedule(node: Node) -> Iterator[str]:
    for attribute in ("dueDate", "followUpDate"):
        text = node.get(attribute)
        yield from expression_faults(node, attribute, required=False)
        if text and (text == "=" or not text.startswith("=")) and not is_zoned_date_time(text):
            yield f"Expected static value to be a valid DateTime String, e.g. '2023-03-02T15:35+02:00', but found '{text}'."


def _headers(node: Node) -> Iterator[str]:
    for key, count in Counter(header.get("key") for header in node.children if header.name == "header").items():
        if count > 1:
            yield f"Headers contain duplicate entries for key '{key or 'null'}'"


_RULES: dict[str, Callable[[Node], Iterator[str]]] = {
    "taskDefinition": _task_definition,
    "calledElement": _called_element,
    "calledDecision": _called_decision,
    "script": _script,
    "loopCharacteristics": _loop_characteristics,
    "subscription": _subscription,
    "publishMessage": _publish_message,
    "input": _input,
    "output": _output,
    "formDefinition": _form_definition,
    "assignmentDefinition": _assignment,
    "taskSchedule": _schedule,
    "taskHeaders": _headers,
}
