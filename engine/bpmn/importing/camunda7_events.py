"""Events of Camunda 7: messages, signals, errors and escalations."""

from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing.editing import Model, children
from engine.bpmn.importing.messages import subscribe
from engine.bpmn.xml_tree import BPMN


def gather_extensions(model: Model) -> None:
    """What is said about a thrown message within its definition is said about the event on Zeebe."""
    for definition in model.elements("messageEventDefinition"):
        holder, event = definition.find(f"{{{BPMN}}}extensionElements"), definition.getparent()
        if holder is not None and event is not None:
            target = model.extensions(event)
            for child in children(holder):
                target.append(child)


def _message(model: Model, element: etree._Element) -> None:
    _expression_of(model, element, "name", "message name")
    subscribe(model, element, "businessKey")


def _signal(model: Model, element: etree._Element) -> None:
    _expression_of(model, element, "name", "signal name")


def _error(model: Model, element: etree._Element) -> None:
    _expression_of(model, element, "errorCode", "error code")


def _escalation(model: Model, element: etree._Element) -> None:
    _expression_of(model, element, "escalationCode", "escalation code")


def _expression_of(model: Model, element: etree._Element, attribute: str, what: str) -> None:
    text = element.get(attribute, "")
    value = model.expression(element, text, what)
    if value is not None and value != text.strip():
        element.set(attribute, value)
        model.converted(element, f"{what} '{text}' to '{value}'")


def _error_reference(model: Model, element: etree._Element) -> None:
    """Camunda 7 and its kin take a reference to no error as the error's code."""
    code = element.get("errorRef")
    if code is None or any(error.get("id") == code for error in model.elements("error")):
        return
    error = etree.Element(f"{{{BPMN}}}error", {"id": code, "name": code, "errorCode": code})
    first = next(iter(model.elements("process", "collaboration")), None)
    if first is not None:
        first.addprevious(error)
        model.converted(element, f"the error code '{code}' has an error of its own now")


RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "message": _message,
    "signal": _signal,
    "error": _error,
    "escalation": _escalation,
    "errorEventDefinition": _error_reference,
}
