"""Forms that stand in a process of Camunda 7, Activiti or Flowable, field by field, as form files of their own."""

import json
import re
from typing import Any

from lxml import etree

from engine.bpmn.importing.editing import Model, children, remove
from engine.bpmn.importing.notes import MadeForm

_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "textfield"},
    "bigtext": {"type": "textarea"},
    "text": {"type": "textarea"},
    "long": {"type": "number", "decimalDigits": 0},
    "int": {"type": "number", "decimalDigits": 0},
    "integer": {"type": "number", "decimalDigits": 0},
    "double": {"type": "number"},
    "float": {"type": "number"},
    "boolean": {"type": "checkbox"},
    "date": {"type": "datetime", "subtype": "date", "dateLabel": ""},
    "enum": {"type": "select"},
}
_BOUNDS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
_WHOLE = re.compile(r"-?\d+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# What a field says that its component says, too.
_TOLD = {"id", "label", "name", "type", "defaultValue", "default", "required", "writable", "variable", "expression"}


def convert_form(model: Model, element: etree._Element, fields: list[etree._Element]) -> str:
    """The id of the form that was made of these fields."""
    form_id = form_of(model, element, [_component(model, element, given) for given in fields])
    model.converted(element, f"its {len(fields)} form fields are the form '{form_id}', in a file of its own")
    for given in fields:
        remove(given)
    return form_id


def form_of(model: Model, element: etree._Element, components: list[dict[str, Any]]) -> str:
    """The id of a form of these components, which belongs to an element."""
    form_id = re.sub(r"[^\w.-]", "_", f"{_process_of(element)}_{element.get('id', 'form')}")
    document = {
        "type": "default",
        "id": form_id,
        "executionPlatform": "Camunda Cloud",
        "executionPlatformVersion": "8.5.0",
        "schemaVersion": 16,
        "components": [component | {"id": f"{form_id}_{place}"} for place, component in enumerate(components, start=1)],
    }
    content = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    model.forms.append(MadeForm(form_id, content))
    return form_id


def _process_of(element: etree._Element) -> str:
    owner: etree._Element | None = element
    while owner is not None and etree.QName(owner).localname != "process":
        owner = owner.getparent()
    return "process" if owner is None else owner.get("id", "process")


def _component(model: Model, element: etree._Element, given: etree._Element) -> dict[str, Any]:
    kind = given.get("type", "string")
    component: dict[str, Any] = dict(_KINDS.get(kind, _KINDS["string"]))
    key = given.get("variable") or _variable(given.get("expression")) or given.get("id", "field")
    label = given.get("label") or given.get("name") or given.get("id", "")
    component |= {"key": key, "label": label}
    if "dateLabel" in component:
        component["dateLabel"] = label
    if kind == "enum":
        values = [each for each in children(given) if etree.QName(each).localname == "value"]
        component["values"] = [
            {"value": each.get("id", ""), "label": each.get("name") or each.get("id", "")} for each in values
        ]
    _default(component, given)
    _validation(component, given)
    if pattern := given.get("datePattern"):
        model.dropped(element, f"the date pattern '{pattern}' of '{given.get('id', '')}'", "a form gives dates as 2026-12-31")
    if left := _left(component, given, kind):
        model.person(
            element, f"the form field '{given.get('id', '')}'", f"look at {left} of it in the form", model.source(given)
        )
    return component


def _variable(expression: str | None) -> str | None:
    """Which variable a field shows: `${reason}` is reason."""
    plain = re.fullmatch(r"[$#]\{\s*([^\W\d]\w*)\s*\}", expression or "")
    return None if plain is None else plain[1]


def _default(component: dict[str, Any], given: etree._Element) -> None:
    """A value that stands there; a variable of the field's own name is shown by the form anyway."""
    text = given.get("defaultValue") or given.get("default") or ""
    if not text or "{" in text or component["type"] == "datetime":
        return
    if component["type"] == "checkbox":
        component["defaultValue"] = text.strip().lower() == "true"
    elif component["type"] != "number":
        component["defaultValue"] = text
    elif _NUMBER.fullmatch(text):
        component["defaultValue"] = int(text) if _WHOLE.fullmatch(text) else float(text)


def _validation(component: dict[str, Any], given: etree._Element) -> None:
    validate: dict[str, Any] = {}
    read_only = given.get("writable") == "false"
    if given.get("required") == "true":
        validate["required"] = True
    for constraint in _constraints(given):
        name, config = constraint.get("name", ""), constraint.get("config", "")
        if name == "required":
            validate["required"] = config != "false"
        elif name == "readonly":
            read_only = config != "false"
        elif name in _BOUNDS and _WHOLE.fullmatch(config):
            validate[_BOUNDS[name]] = int(config)
    if validate:
        component["validate"] = validate
    if read_only:
        component["readonly"] = True


def _constraints(given: etree._Element) -> list[etree._Element]:
    return [each for each in given.iter() if isinstance(each.tag, str) and etree.QName(each).localname == "constraint"]


def _is_told(constraint: etree._Element) -> bool:
    name = constraint.get("name", "")
    return name in {"required", "readonly"} or (name in _BOUNDS and _WHOLE.fullmatch(constraint.get("config", "")) is not None)


def _left(component: dict[str, Any], given: etree._Element, kind: str) -> str:
    """What of a field its component does not say."""
    left = [f"the type '{kind}'"] if kind not in _KINDS else []
    default = given.get("defaultValue") or given.get("default")
    if default and "defaultValue" not in component and _variable(default) != component["key"]:
        left.append("the default value")
    if given.get("expression") and _variable(given.get("expression")) is None:
        left.append("the expression")
    left += [f"'{name}'" for name in map(str, given.attrib) if name not in _TOLD and name != "datePattern"]
    left += [f"the constraint '{each.get('name')}'" for each in _constraints(given) if not _is_told(each)]
    names = {etree.QName(each).localname for each in children(given)} - {"value", "validation"}
    return ", ".join([*left, *(f"the {name}" for name in sorted(names))])
