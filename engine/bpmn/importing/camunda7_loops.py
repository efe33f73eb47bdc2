"""Loops of Camunda 7: a list, a number of turns, or the list BPMN itself names."""

from lxml import etree

from engine.bpmn.importing.camunda7_names import take
from engine.bpmn.importing.editing import Model, remove, text_of
from engine.bpmn.xml_tree import BPMN


def multi_instance(model: Model, element: etree._Element) -> None:
    source = _collection(model, element)
    item = take(element, "elementVariable")
    data_item = element.find(f"{{{BPMN}}}inputDataItem")
    if data_item is not None:
        item = item or data_item.get("name") or data_item.get("id")
        remove(data_item)
    extension = model.extend(element, "loopCharacteristics", inputCollection=source or "= []")
    if item:
        extension.set("inputElement", item)
    if source is None:
        model.person(element, "the collection of its loop", "name the list it runs over; it is empty now")
    else:
        model.converted(element, f"its loop runs over '{source}'")


def _collection(model: Model, element: etree._Element) -> str | None:
    collection = take(element, "collection")
    cardinality, reference = (element.find(f"{{{BPMN}}}{name}") for name in ("loopCardinality", "loopDataInputRef"))
    for given in (cardinality, reference):
        if given is not None:
            remove(given)
    if collection is None and reference is not None:
        collection = text_of(reference)
    if collection is not None:
        source = model.expression(element, collection, "collection")
        return source if source is None or source.startswith("=") else f"= {source}"
    if cardinality is None:
        return None
    count = model.expression(element, text_of(cardinality), "loopCardinality")
    return None if count is None else f"= for i in 1..{_single(count.lstrip('= '))} return i"


def _single(count: str) -> str:
    return count if count.isalnum() else f"({count})"


def standard_loop(model: Model, element: etree._Element) -> None:
    model.person(element, "a loop marker", "Zeebe has none: draw the loop with an exclusive gateway", model.source(element))
    remove(element)
