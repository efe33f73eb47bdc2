"""Texts that stand in process models and forms, in the language of the reader.

A model is written in one language. Beside it may lie `<language>.po` with the names of its process and elements and with the
labels, descriptions, texts and choices of its forms; what no file translates is shown as the model says it. The same text means
the same in all models, as in all pages. A text of a form that is a FEEL expression is translated whole, as an expression.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from lxml import etree

from zeebe.model_xml import UnreadableModel, model_root

# Of a form's component, what people read (form-js schema).
READ_BY_PEOPLE = ("label", "description", "text", "title", "alt", "content")
# Of `appearance` and `validate`, too.
READ_BESIDE = {"appearance": ("prefixAdorner", "suffixAdorner"), "validate": ("patternErrorMessage",)}

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
# Their names are addresses, which nobody reads.
_ADDRESSES = frozenset(f"{_BPMN}{name}" for name in ("message", "signal", "error", "escalation"))


def translated_diagram(xml: str, translate: Callable[[str], str]) -> bytes:
    """A BPMN file with the names of what is drawn translated; one that is no XML of ours stays as it is."""
    try:
        root = model_root(xml.encode())
    except UnreadableModel:
        return xml.encode()
    for element in root.iter(f"{_BPMN}*"):
        name = element.get("name")
        if name and element.tag not in _ADDRESSES:
            element.set("name", translate(name))
    shown: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return shown


def translated_form(schema: dict[str, Any], translate: Callable[[str], str]) -> dict[str, Any]:
    """A copy of a form's schema with each text that people read translated."""
    copy = deepcopy(schema)
    for holder, name in form_texts(copy):
        holder[name] = translate(holder[name])
    return copy


def form_texts(schema: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where in a schema there is a text for people: the object, and the name of its field."""
    for component in _components(schema):
        yield from _texts(component, READ_BY_PEOPLE)
        for beside, names in READ_BESIDE.items():
            yield from _texts(component.get(beside), names)
        for choice in _list(component.get("values")):
            yield from _texts(choice, ("label",))


def _components(holder: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for component in _list(holder.get("components")):
        if isinstance(component, dict):
            yield component
            yield from _components(component)


def _texts(holder: object, names: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(holder, dict):
        yield from ((holder, name) for name in names if isinstance(holder.get(name), str) and holder[name].strip())


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
