"""The values of FEEL that Python lacks: two durations, ranges and functions, and the names of all types.

Numbers are `Decimal`, strings `str`, booleans `bool`, null `None`, lists `list`, contexts any `Mapping`; dates and times are
those of the standard library, a zone is a `ZoneInfo` (by name) or a `timezone` (by offset).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel.wide import PreciseTime, WideDate, WideMoment

if TYPE_CHECKING:
    from engine.feel.run import Run

type Value = Any

NANOSECONDS = 1_000_000_000
DAY_NANOSECONDS = 86_400 * NANOSECONDS
MAX_NANOSECONDS = 2**63 * NANOSECONDS
MAX_MONTHS = 2**31 * 12


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A length of time that every calendar agrees on."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if not -MAX_NANOSECONDS <= self.nanoseconds <= MAX_NANOSECONDS:
            raise OverflowError("the duration is too long")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A number of months of the calendar."""

    months: int

    def __post_init__(self) -> None:
        if not -MAX_MONTHS <= self.months <= MAX_MONTHS:
            raise OverflowError("the duration is too long")


@dataclass(frozen=True, slots=True)
class Range:
    """The values between two ends; an end that is None is open to infinity."""

    low: Value
    high: Value
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: parameters by name and a body called with the list of its arguments."""

    parameters: tuple[str, ...]
    body: Callable[[Sequence[Value], "Run"], Value] = field(repr=False)
    name: str = "function"

    @classmethod
    def of(cls, parameters: Sequence[str], call: Callable[..., Value], name: str = "function") -> "Function":
        """Wrap a Python callable, so that expressions can call it."""
        return cls(tuple(parameters), lambda arguments, _run: call(*arguments), name)


CANONICAL: frozenset[type] = frozenset({
    Decimal, str, bool, type(None), date, time, datetime, WideDate, PreciseTime, WideMoment,
    DaysTimeDuration, YearsMonthsDuration, list, dict, Range, Function,
})  # fmt: skip

TYPE_NAMES: dict[type, str] = {
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
    date: "date",
    time: "time",
    datetime: "date and time",
    WideDate: "date",
    PreciseTime: "time",
    WideMoment: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def type_name(value: Value) -> str:
    """Name of the value's FEEL type."""
    known = TYPE_NAMES.get(type(value))
    if known is not None:
        return known
    return "context" if isinstance(value, Mapping) else "unknown"
