"""Whether a form is one: what a deployment refuses, and what form-js would stumble over."""

import json
from collections.abc import Iterator
from typing import Any

from services.modelling.findings import Finding, Severity

MAX_DEPTH = 50


def check_form(resource_name: str, content: bytes) -> tuple[Finding, ...]:
    """All findings; none means that the form can be deployed and shown."""
    try:
        form = json.loads(content)
    except RecursionError:
        return (Finding("the form is nested too deep", resource_name=resource_name),)
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        return (Finding(f"this is not JSON: {error}", line=line, resource_name=resource_name),)
    if not isinstance(form, dict):
        return (Finding("a form is a JSON object", resource_name=resource_name),)
    return tuple(_findings(form, resource_name))


def _findings(form: dict[str, Any], resource_name: str) -> Iterator[Finding]:
    if not isinstance(form.get("id"), str) or not form["id"]:
        yield Finding("the form has no id: user tasks refer to it by id", resource_name=resource_name)
    components = form.get("components")
    if not isinstance(components, list):
        yield Finding("the form has no list of components", resource_name=resource_name)
        return
    keys: dict[str, int] = {}
    for component in _components(components):
        element_id = component.get("id")
        element_id = element_id if isinstance(element_id, str) else ""
        if not isinstance(component.get("type"), str):
            yield Finding("the component has no type", element_id=element_id, resource_name=resource_name)
        key = component.get("key")
        if isinstance(key, str) and key:
            keys[key] = keys.get(key, 0) + 1
            if keys[key] == 2:
                text = f"two components write the variable {key!r}: the last one wins"
                yield Finding(text, Severity.WARNING, element_id, resource_name=resource_name)


def _components(components: list[Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every component, groups and columns included."""
    for component in components:
        if not isinstance(component, dict):
            continue
        yield component
        inner = component.get("components")
        if isinstance(inner, list) and depth < MAX_DEPTH:
            yield from _components(inner, depth + 1)
