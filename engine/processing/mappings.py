"""Input and output mappings: what an element sees of the scopes around it and what it gives back.

Source: Zeebe 8.5 documentation, "Input/output variable mappings"; the merging of nested targets was observed.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.bpmn.model import VariableMapping
from engine.processing.engine import Engine
from engine.processing.expressions import evaluate_mapping
from engine.processing.instances import ElementInstance
from engine.processing.records import quote
from engine.processing.variables import VisibleVariables, propagate, set_local, set_locals

_decode = msgspec.json.Decoder().decode


class _Layered(Mapping[str, Any]):
    """What a mapping sees: the targets of the mappings before it, then the variables."""

    __slots__ = ("_targets", "_variables")

    def __init__(self, targets: dict[str, Any], variables: VisibleVariables) -> None:
        self._targets = targets
        self._variables = variables

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        if name in self._targets:
            return self._targets[name]
        return self._variables.get(name, default)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        return self._targets[name] if name in self._targets else self._variables[name]

    def __contains__(self, name: object) -> bool:
        return name in self._targets or name in self._variables

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204 - part of the protocol, not of the hot path
        return iter({**dict.fromkeys(self._variables), **self._targets})

    def __len__(self) -> int:
        return len(list(iter(self)))


def _evaluate(
    engine: Engine, instance: ElementInstance, mappings: tuple[VariableMapping, ...], outer: ElementInstance | None
) -> dict[str, Any]:
    """The targets' values; a nested target is merged into the object that `outer` has under its name."""
    targets: dict[str, Any] = {}
    context = _Layered(targets, VisibleVariables(instance))
    for mapping in mappings:
        value = evaluate_mapping(engine, context, mapping.source, lambda: _as_context(mappings))
        name, *path = mapping.target
        targets[name] = value if not path else _nested(_base(targets, name, outer), path, value)
    return targets


def _as_context(mappings: tuple[VariableMapping, ...]) -> str:
    """Mappings as the one FEEL context that they are to Zeebe."""
    entries: dict[str, Any] = {}
    for mapping in mappings:
        level = entries
        for name in mapping.target[:-1]:
            inner = level.setdefault(name, {})
            level = inner if isinstance(inner, dict) else {}
        source = mapping.source
        level[mapping.target[-1]] = quote(source.source) if source.is_static else source.source
    return _write_context(entries)


def _write_context(entries: dict[str, Any]) -> str:
    return (
        "{"
        + ",".join(f"{name}:{_write_context(value) if isinstance(value, dict) else value}" for name, value in entries.items())
        + "}"
    )


def _base(targets: dict[str, Any], name: str, outer: ElementInstance | None) -> object:
    if name in targets:
        return targets[name]
    return None if outer is None else VisibleVariables(outer).get(name)


def _nested(base: object, path: list[str], value: object) -> dict[str, Any]:
    """A copy of `base` with a value at a path; what is no object gives way to one."""
    merged = dict(base) if isinstance(base, Mapping) else {}
    first, *rest = path
    merged[first] = value if not rest else _nested(merged.get(first), rest, value)
    return merged


def apply_inputs(engine: Engine, instance: ElementInstance) -> None:
    """Create the element's local variables."""
    if instance.element.inputs:
        for name, value in _evaluate(engine, instance, instance.element.inputs, None).items():
            set_local(engine, instance, name, value)


def apply_outputs(engine: Engine, instance: ElementInstance, variables: str = "{}") -> None:
    """Give back an ending element's variables; those it ended with come as JSON.

    Without output mappings they go to the scopes that know them. With output mappings they stay, and only the mappings'
    targets leave.
    """
    outputs = instance.element.outputs
    given = _decode(variables) if variables != "{}" else {}
    if not outputs:
        if given:
            propagate(engine, instance, given)
        return
    set_locals(engine, instance, given)
    map_outputs(engine, instance)


def map_outputs(engine: Engine, instance: ElementInstance) -> None:
    """Evaluate the output mappings of an element and hand their targets to the scopes around it."""
    outer = instance.scope or instance
    propagate(engine, outer, _evaluate(engine, instance, instance.element.outputs, outer))
