"""Between JSON (Zeebe's variables) and FEEL values.

Numbers come in as `int` or `float` and become `Decimal` when they are first looked at; they leave as `int` where they are
whole, else as `float`, which is what Zeebe writes.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite

from engine.feel.numbers import MAGNITUDE, from_float, is_integral
from engine.feel.temporal import (
    format_date,
    format_datetime,
    format_days_time,
    format_java,
    format_time,
    format_wide,
    format_years_months,
)
from engine.feel.values import (
    CANONICAL,
    DaysTimeDuration,
    Function,
    Range,
    Value,
    YearsMonthsDuration,
)
from engine.feel.wide import PreciseTime, WideDate, WideMoment

# Computed once: the power itself takes a hundred times longer than all the rest.
_BOUND = 10**MAGNITUDE


def normalise(value: Value) -> Value:
    """A FEEL value for whatever stands in a context; containers are left as they are."""
    kind = type(value)
    if kind in CANONICAL:
        return value
    if kind is int:
        return Decimal(value) if -_BOUND < value < _BOUND else None
    if kind is float:
        return from_float(value) if value - value == 0 else None
    return _foreign(value)


def _foreign(value: Value) -> Value:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, timedelta):
        return DaysTimeDuration((value.days * 86_400_000_000 + value.seconds * 1_000_000 + value.microseconds) * 1000)
    for kind in (bool, int, float, str, Decimal, datetime, date, time, list):
        if isinstance(value, kind):
            return _rebuilt(kind, value)
    return None


def _rebuilt(kind: type, value: Value) -> Value:
    # Subclasses (enum members, numpy's float) lose what makes them special; FEEL compares exact types.
    if kind in {int, float}:
        return normalise(kind(value))
    if kind is str:
        return str.__str__(value)
    return list(value) if kind is list else value


def from_json(value: Value) -> Value:
    """A FEEL value, converted to its leaves."""
    value = normalise(value)
    if type(value) is list:
        return [from_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): from_json(item) for key, item in value.items()}
    return value


def to_json(value: Value) -> Value:
    """What Zeebe stores for a FEEL value: temporals as text, ranges and functions as null; a context loses its functions."""
    kind = type(value)
    if kind in {str, bool, type(None), int, float}:
        return value
    if kind is Decimal:
        return _json_number(value)
    if kind is list:
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items() if type(item) is not Function}
    if kind in {Range, Function}:
        return None
    text = variable_text(value)
    return text if text is not None else to_json(normalise(value))


def _json_number(number: Decimal) -> int | float | None:
    if is_integral(number) and abs(number) < 2**63:
        return int(number)
    nearest = float(number)
    # JSON has no infinity.
    return nearest if isfinite(nearest) else None


def variable_text(value: Value) -> str | None:
    """Text of a temporal value as Zeebe stores it in a variable; for some it differs from what `string()` gives."""
    if type(value) is datetime or (type(value) is time and value.tzinfo is None):
        return format_java(value)
    return temporal_text(value)


def temporal_text(value: Value) -> str | None:
    """ISO text of a temporal value, None for any other."""
    match value:
        case datetime():
            return format_datetime(value)
        case date():
            return format_date(value)
        case time():
            return format_time(value)
        case WideDate() | PreciseTime() | WideMoment():
            return format_wide(value)
        case DaysTimeDuration():
            return format_days_time(value)
        case YearsMonthsDuration():
            return format_years_months(value)
        case _:
            return None
