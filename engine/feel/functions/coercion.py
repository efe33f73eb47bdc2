"""From the values of a call to the arguments of a built-in function: gathering, type checks, and the standard's coercions."""

from collections.abc import Callable, Mapping

from engine.feel.functions.registry import KINDS, Builtin, BuiltinParameter, IllegalArgument
from engine.feel.json_values import normalise
from engine.feel.run import Run
from engine.feel.scopes import MISSING
from engine.feel.text import excerpt
from engine.feel.values import CANONICAL, Value

type Gathering = Callable[[list[Value], Run], list[Value]]


def gatherer(entry: Builtin, count: int, *, strict: bool) -> Gathering:
    """What turns so many values into the arguments of this function."""
    parameters = entry.parameters
    last = parameters[-1] if parameters else None
    if last is not None and last.spread:
        return lambda values, run: [_spread(values, last, run, strict=strict, single=count == 1)]
    if last is not None and last.rest:
        fixed = len(parameters) - 1
        return lambda values, run: [
            *(_fit(value, p, run, strict=strict) for value, p in zip(values[:fixed], parameters[:fixed], strict=True)),
            [_fit(value, last, run, strict=strict) for value in values[fixed:]],
        ]
    return lambda values, run: [
        _fit(value, p, run, strict=strict) for value, p in zip(values, parameters[: len(values)], strict=True)
    ]


def _spread(values: list[Value], parameter: BuiltinParameter, run: Run, *, strict: bool, single: bool) -> list[Value]:
    if single:
        if type(values[0]) is list:
            return canonical(values[0], run)
        if values[0] is None or not strict:
            if values[0] is None:
                raise IllegalArgument(f"the argument '{parameter.name}' is null")
            return [values[0]]
    return values


def canonical(items: list[Value], run: Run) -> list[Value]:
    """A copy of a list whose items are FEEL values."""
    run.check_list(len(items))
    return [item if type(item) in CANONICAL else normalise(item) for item in items]


def _fit(value: Value, parameter: BuiltinParameter, run: Run, *, strict: bool) -> Value:
    if value is MISSING:
        return parameter.default
    accepted = KINDS[parameter.kind]
    if not accepted:
        return value
    kind = type(value)
    if kind in accepted:
        return canonical(value, run) if kind is list else value
    if parameter.kind == "context" and isinstance(value, Mapping):
        return value
    if strict and value is not None:
        if parameter.kind == "point" and kind is str:
            return value
        if parameter.kind == "list":
            return [value]
        if kind is list and len(value) == 1 and type(normalise(value[0])) in accepted:
            return normalise(value[0])
    raise IllegalArgument(f"expected {parameter.kind} for '{parameter.name}' but found '{excerpt(value)}'")
