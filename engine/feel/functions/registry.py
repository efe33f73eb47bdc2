"""The register of built-in functions: name, parameters, implementation, all said by one signature.

A signature reads `substring(string: string, start position: number, length?: number)`. A `?` marks what may be left out;
`items...` gathers all further arguments; `list*` takes either one list or its items one by one.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelError
from engine.feel.values import DaysTimeDuration, Function, Range, Value, YearsMonthsDuration
from engine.feel.wide import PreciseTime, WideDate, WideMoment

# What each kind of parameter accepts at once; anything else goes through `coerce`.
KINDS: dict[str, frozenset[type]] = {
    "number": frozenset({Decimal}),
    "string": frozenset({str}),
    "boolean": frozenset({bool}),
    "list": frozenset({list}),
    "context": frozenset({dict}),
    "date": frozenset({date, datetime, WideDate, WideMoment}),
    "time": frozenset({time, datetime, PreciseTime, WideMoment}),
    "ordinary date": frozenset({date, datetime}),
    "duration": frozenset({DaysTimeDuration, YearsMonthsDuration}),
    "function": frozenset({Function}),
    "range": frozenset({Range}),
    # What range functions compare; the standard has strings, too.
    "point": frozenset(
        {Decimal, date, datetime, time, DaysTimeDuration, YearsMonthsDuration, PreciseTime, WideDate, WideMoment}
    ),
    "any": frozenset(),
}


class Unsuitable(FeelError):
    """The arguments fit the types but have no answer; becomes null and a warning."""


class NoAnswer(Unsuitable):
    """Nothing fits these arguments, of which the reference implementation says nothing: null without a warning."""


class Broken(Unsuitable):
    """The reference implementation throws at these arguments: null in the standard's dialect, in Camunda's the end."""


class IllegalArgument(Unsuitable):
    """An argument is of another type than its parameter; the warning shows all arguments of the call."""


@dataclass(frozen=True, slots=True)
class BuiltinParameter:
    """A parameter of a built-in function."""

    name: str
    kind: str
    optional: bool = False
    rest: bool = False
    spread: bool = False
    default: Value = None


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function."""

    name: str
    parameters: tuple[BuiltinParameter, ...]
    call: Callable[..., Value]
    takes_run: bool
    dialect: Dialect | None
    chapter: str
    summary: str
    signature: str

    def fits(self, count: int) -> bool:
        """Whether it can be called with so many positional arguments."""
        required = sum(not (p.optional or p.rest) for p in self.parameters)
        if self.parameters and (self.parameters[-1].rest or self.parameters[-1].spread):
            return count >= required
        return required <= count <= len(self.parameters)

    def fits_names(self, names: list[str]) -> bool:
        """Whether it has all these parameters and misses none that is required."""
        known = {p.name for p in self.parameters}
        required = {p.name for p in self.parameters if not p.optional}
        return required <= set(names) <= known and len(names) == len(set(names))


_REGISTRY: dict[str, list[Builtin]] = {}


def builtin[**P](
    signature: str, *, dialect: Dialect | None = None, takes_run: bool = False
) -> Callable[[Callable[P, Value]], Callable[P, Value]]:
    """Register a function under a signature; a dialect keeps it out of the other one."""
    name, _, rest = signature.partition("(")
    parameters = tuple(_parameter(text) for text in rest.rstrip(")").split(", ") if text)

    def register(function: Callable[P, Value]) -> Callable[P, Value]:
        optional = sum(p.optional for p in parameters)
        defaults = [p.default for p in inspect.signature(function).parameters.values() if p.default is not p.empty]
        entry_parameters = _with_defaults(parameters, defaults[len(defaults) - optional :])
        chapter = function.__module__.rpartition(".")[2]
        summary = (function.__doc__ or "").strip().partition("\n")[0]
        entry = Builtin(name, entry_parameters, function, takes_run, dialect, chapter, summary, signature)
        _REGISTRY.setdefault(name, []).append(entry)
        return function

    return register


def _with_defaults(parameters: tuple[BuiltinParameter, ...], defaults: list[Value]) -> tuple[BuiltinParameter, ...]:
    """Optional parameters come last in Python too, with the values they have when a named call leaves them out."""
    optional = [parameter for parameter in parameters if parameter.optional]
    required = parameters[: len(parameters) - len(optional)]
    return (*required, *(replace(p, default=value) for p, value in zip(optional, defaults, strict=True)))


def _parameter(text: str) -> BuiltinParameter:
    name, _, kind = text.partition(": ")
    bare = name.rstrip("?.*")
    return BuiltinParameter(bare, kind, name.endswith("?"), name.endswith("..."), name.endswith("*"))


def overloads(name: str, dialect: Dialect) -> list[Builtin]:
    """All functions of this name in the dialect."""
    return [entry for entry in _REGISTRY.get(name, ()) if entry.dialect in {None, dialect}]


def builtin_names() -> list[str]:
    """Names of all built-in functions, in the order of their chapters."""
    return list(_REGISTRY)


def entries() -> list[Builtin]:
    """All built-in functions."""
    return [entry for group in _REGISTRY.values() for entry in group]
