"""SpiffArena's dialect: Python conditions and scripts, service operators, JSON-schema forms, data input loops."""

from collections.abc import Callable

from lxml import etree

from engine.bpmn.importing import spiff_tasks
from engine.bpmn.importing.editing import Model, remove, text_of
from engine.bpmn.importing.messages import subscribe
from engine.bpmn.importing.spiff_scripts import convert_timer
from engine.bpmn.importing.spiff_tasks import SPIFF
from engine.bpmn.importing.translate import python
from engine.bpmn.xml_tree import BPMN

_REASONS = {
    "instructionsForEndUser": "put it into the task's form as a text",
    "preScript": "do it in a script task before, or as an input mapping",
    "postScript": "do it in a script task after, or as an output mapping",
    "unitTests": "write it as a scenario for `penstock test`",
    "guestConfirmation": "a guest has no task on Zeebe: build it as a page of its own",
    "allowGuest": "a guest has no task on Zeebe: build it as a page of its own",
    "payloadExpression": "Zeebe hands over the variables of the event: map them there",
}


def convert(model: Model) -> None:
    for rules in (spiff_tasks.RULES, _RULES):
        for name, rule in rules.items():
            for element in model.elements(name):
                rule(model, element)
    for element in list(model.root.iter(etree.Element)):
        _rest(model, element)


def _condition(model: Model, element: etree._Element) -> None:
    text = text_of(element)
    value = model.expression(element, text, "condition", python)
    element[:] = []
    element.text = value or "= null"
    if value is not None:
        model.converted(element, f"condition '{text.strip()}' to '{value}'")


def _message(model: Model, element: etree._Element) -> None:
    for name in ("messagePayload", "messageVariable"):
        for given in list(element.iter(f"{{{SPIFF}}}{name}")):
            why = "Zeebe merges a message's variables as they are"
            model.person(element, f"{name} '{text_of(given).strip()}'", why)
            remove(given)
    subscribe(model, element, "correlation_key")


def _retrieval(model: Model, element: etree._Element) -> None:
    """SpiffArena calls the path within a message by another name than the standard."""
    for given in element.findall(f"{{{BPMN}}}formalExpression"):
        given.tag = f"{{{BPMN}}}messagePath"
        model.converted(element, f"the way '{text_of(given).strip()}' into the message is its messagePath")


def _loop(model: Model, element: etree._Element) -> None:
    names = {name: _text(element, name) for name in ("loopDataInputRef", "loopDataOutputRef", "loopCardinality")}
    item = element.find(f"{{{BPMN}}}inputDataItem")
    output = element.find(f"{{{BPMN}}}outputDataItem")
    source = f"= {names['loopDataInputRef']}" if names["loopDataInputRef"] else None
    if source is None and names["loopCardinality"]:
        count = model.expression(element, names["loopCardinality"], "loopCardinality", python)
        source = None if count is None else f"= for i in 1..{count.lstrip('= ')} return i"
    extension = model.extend(element, "loopCharacteristics", inputCollection=source or "= []")
    if item is not None:
        extension.set("inputElement", item.get("name") or item.get("id") or "item")
    if names["loopDataOutputRef"] and output is not None:
        extension.set("outputCollection", names["loopDataOutputRef"])
        extension.set("outputElement", f"= {output.get('name') or output.get('id')}")
    for name in ("loopDataInputRef", "loopDataOutputRef", "inputDataItem", "outputDataItem", "loopCardinality"):
        for given in element.findall(f"{{{BPMN}}}{name}"):
            remove(given)
    if source is None:
        model.person(element, "the collection of its loop", "name the list it runs over; it is empty now")
    else:
        model.converted(element, f"its loop runs over '{source}'")
    for completion in element.findall(f"{{{BPMN}}}completionCondition"):
        _condition(model, completion)


def _text(element: etree._Element, name: str) -> str:
    return text_of(element.find(f"{{{BPMN}}}{name}")).strip()


def _standard_loop(model: Model, element: etree._Element) -> None:
    model.person(element, "a loop marker", "Zeebe has none: draw the loop with an exclusive gateway", model.source(element))
    remove(element)


_RULES: dict[str, Callable[[Model, etree._Element], None]] = {
    "conditionExpression": _condition,
    "timeDate": convert_timer,
    "timeDuration": convert_timer,
    "timeCycle": convert_timer,
    "message": _message,
    "correlationPropertyRetrievalExpression": _retrieval,
    "multiInstanceLoopCharacteristics": _loop,
    "standardLoopCharacteristics": _standard_loop,
}


def _rest(model: Model, element: etree._Element) -> None:
    owner = element.getparent()
    if element.tag.startswith(f"{{{SPIFF}}}") and owner is not None and not str(owner.tag).startswith(f"{{{SPIFF}}}"):
        name = etree.QName(element).localname
        if len(element) or text_of(element).strip() or element.attrib:
            why = _REASONS.get(name, "it has no counterpart on Zeebe")
            model.person(owner, f"spiffworkflow:{name}", why, model.source(element))
        remove(element)
    for attribute in [name for name in element.attrib if str(name).startswith(f"{{{SPIFF}}}")]:
        value = element.attrib.pop(attribute)
        what = f"spiffworkflow:{etree.QName(attribute).localname} '{value}'"
        model.person(element, what, "it has no counterpart on Zeebe")
