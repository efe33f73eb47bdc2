"""Variables: where they live, who sees them, and what is written down when they change.

Each element instance is a scope. A variable is kept as JSON text, because records, jobs and the store want text; its value is
parsed when an expression first asks for it.

Source: Zeebe 8.5 documentation, "Variables" and "Data flow".
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from engine.processing.records import quote, to_json

if TYPE_CHECKING:
    from engine.processing.engine import Engine
    from engine.processing.instances import ElementInstance

_decode = msgspec.json.Decoder().decode
_NOT_PARSED = object()


class Variable:
    """A named value in a scope."""

    __slots__ = ("_value", "key", "text")

    def __init__(self, key: int, text: str, value: object = _NOT_PARSED) -> None:
        self.key = key
        self.text = text
        self._value = value

    @property
    def value(self) -> Any:  # noqa: ANN401 - a variable holds any JSON value
        if self._value is _NOT_PARSED:
            self._value = _decode(self.text)
        return self._value

    def change(self, text: str, value: object = _NOT_PARSED) -> None:
        self.text = text
        self._value = value


class VisibleVariables(Mapping[str, Any]):
    """What an expression sees from an element instance: its own variables before those of the scopes around it."""

    __slots__ = ("_instance",)

    def __init__(self, instance: "ElementInstance") -> None:
        self._instance = instance

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        instance: ElementInstance | None = self._instance
        while instance is not None:
            variable = instance.variables.get(name)
            if variable is not None:
                return variable.value
            instance = instance.scope
        return default

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        value = self.get(name, _NOT_PARSED)
        if value is _NOT_PARSED:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        instance: ElementInstance | None = self._instance
        while instance is not None:
            if name in instance.variables:
                return True
            instance = instance.scope
        return False

    def _names(self) -> dict[str, Variable]:
        names: dict[str, Variable] = {}
        instance: ElementInstance | None = self._instance
        while instance is not None:
            for name, variable in instance.variables.items():
                names.setdefault(name, variable)
            instance = instance.scope
        return names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


class Layered(Mapping[str, Any]):
    """What an expression sees: names given for it alone, before those that are seen anyway."""

    __slots__ = ("_above", "_below")

    def __init__(self, above: Mapping[str, Any], below: Mapping[str, Any]) -> None:
        self._above = above
        self._below = below

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401
        if name in self._above:
            return self._above[name]
        return self._below.get(name, default)

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401
        return self._above[name] if name in self._above else self._below[name]

    def __contains__(self, name: object) -> bool:
        return name in self._above or name in self._below

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._below), **self._above})

    def __len__(self) -> int:
        return len(list(iter(self)))


def visible_json(instance: "ElementInstance", only: tuple[str, ...] = ()) -> str:
    """The JSON object of all variables an element instance sees, or of those named."""
    seen: dict[str, str] = {}
    scope: ElementInstance | None = instance
    while scope is not None:
        for name, variable in scope.variables.items():
            if name not in seen and (not only or name in only):
                seen[name] = variable.text
        scope = scope.scope
    return "{" + ",".join([f"{quote(name)}:{text}" for name, text in seen.items()]) + "}"


def local_json(instance: "ElementInstance") -> str:
    """The JSON object of an element instance's own variables."""
    return "{" + ",".join([f"{quote(name)}:{variable.text}" for name, variable in instance.variables.items()]) + "}"


def set_local(engine: "Engine", instance: "ElementInstance", name: str, value: object, text: str | None = None) -> None:
    """Create or update a variable in an element instance's own scope; an equal value is no change."""
    new = to_json(value) if text is None else text
    variable = instance.variables.get(name)
    if variable is None:
        variable = instance.variables[name] = Variable(engine.next_key(), new, value)
        engine.state.put_variables(instance)
        _write(engine, "CREATED", instance, name, variable)
    elif variable.text != new:
        variable.change(new, value)
        engine.state.put_variables(instance)
        _write(engine, "UPDATED", instance, name, variable)


def set_locals(engine: "Engine", instance: "ElementInstance", variables: Mapping[str, Any]) -> None:
    """Set each of the variables in an element instance's own scope."""
    for name, value in variables.items():
        set_local(engine, instance, name, value)


def propagate(engine: "Engine", instance: "ElementInstance", variables: Mapping[str, Any]) -> None:
    """Update each variable in the nearest scope that has it, from the instance outwards; else create it at the process.

    A scope that has the very value already is passed by: the variable goes on to the scopes around it. Scope by scope, not name
    by name: that is the order of the records.
    """
    left = {name: to_json(value) for name, value in variables.items()}
    scope = instance
    while scope.scope is not None and left:
        for name in [name for name, text in left.items() if _differs(scope.variables.get(name), text)]:
            set_local(engine, scope, name, variables[name], left.pop(name))
        scope = scope.scope
    for name, text in left.items():
        set_local(engine, scope, name, variables[name], text)


def _differs(variable: Variable | None, text: str) -> bool:
    return variable is not None and variable.text != text


def write_migrated(engine: "Engine", instance: "ElementInstance") -> None:
    """The variables of an element instance belong to another process definition now; their values are not repeated."""
    for name, variable in instance.variables.items():
        _write(engine, "MIGRATED", instance, name, Variable(variable.key, "null"))


def _write(engine: "Engine", intent: str, instance: "ElementInstance", name: str, variable: Variable) -> None:
    process = instance.process
    engine.log.append(
        "VARIABLE",
        intent,
        variable.key,
        f'{{"name":{quote(name)},"value":{quote(variable.text)},"processDefinitionKey":{process.definition.key},'
        f'"processInstanceKey":{process.key},"tenantId":{process.definition.quoted_tenant},"bpmnProcessId":{process.definition.quoted_id},'
        f'"scopeKey":{instance.key}}}',
    )


def copy_visible(engine: "Engine", source: "ElementInstance", target: "ElementInstance") -> None:
    """Give a scope all variables that another instance sees."""
    seen: dict[str, Variable] = {}
    scope: ElementInstance | None = source
    while scope is not None:
        for name, variable in scope.variables.items():
            seen.setdefault(name, variable)
        scope = scope.scope
    for name, variable in seen.items():
        set_local(engine, target, name, _NOT_PARSED, variable.text)


def copy_local(engine: "Engine", source: "ElementInstance", target: "ElementInstance") -> None:
    """Give a scope the variables of another instance's own."""
    for name, variable in list(source.variables.items()):
        set_local(engine, target, name, _NOT_PARSED, variable.text)
