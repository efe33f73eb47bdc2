"""Equality, order and arithmetic of two values. None means that the operator does not fit the values; callers warn."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.feel import numbers
from engine.feel.errors import FeelBrokenOff
from engine.feel.json_values import normalise
from engine.feel.temporal import (
    between,
    nanoseconds_of_day,
    shift,
    shift_months,
    shift_time,
)
from engine.feel.values import NANOSECONDS, DaysTimeDuration, Function, Range, Value, YearsMonthsDuration
from engine.feel.wide import PreciseTime, WideDate, WideMoment

# Types whose Python operators are FEEL's own.
DIRECT = frozenset({Decimal, str, date, WideDate, DaysTimeDuration, YearsMonthsDuration})
_DURATIONS = frozenset({DaysTimeDuration, YearsMonthsDuration})
EQUATABLE = DIRECT | {bool, PreciseTime, WideMoment}


def equal(left: Value, right: Value) -> bool | None:
    """Camunda's equality: null equals null only; other types compare with their own."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is type(right):
        if kind in EQUATABLE:
            return bool(left == right)
        if kind is list:
            return _equal_lists(left, right)
        if kind in {datetime, time}:
            return _equal_moments(left, right)
        if kind is Range:
            return _equal_ranges(left, right)
        if kind is Function:
            return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return _equal_contexts(left, right)
    return None


def _equal_lists(left: list[Value], right: list[Value]) -> bool | None:
    if len(left) != len(right):
        return False
    return _all(equal(normalise(a), normalise(b)) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: Mapping[str, Value], right: Mapping[str, Value]) -> bool | None:
    if left.keys() != right.keys():
        return False
    return _all(equal(normalise(item), normalise(right[key])) for key, item in left.items())


def _all(answers: Iterable[bool | None]) -> bool:
    # Items that cannot be compared are not equal; only the outermost comparison answers null.
    return all(answer is True for answer in answers)


def _equal_ranges(left: Range, right: Range) -> bool | None:
    if (left.low_included, left.high_included) != (right.low_included, right.high_included):
        return False
    return _all((equal(left.low, right.low), equal(left.high, right.high)))


def _zone_identity(moment: datetime | time) -> object:
    zone = moment.tzinfo
    if isinstance(zone, ZoneInfo):
        return zone.key
    return None if zone is None else zone.utcoffset(None)


def _equal_moments(left: datetime | time, right: datetime | time) -> bool | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    # As in Java, the same instant in two zones is two values.
    return left.replace(tzinfo=None) == right.replace(tzinfo=None) and _zone_identity(left) == _zone_identity(right)


def order(left: Value, right: Value) -> int | None:
    """-1, 0 or 1, or None where the two have no order."""
    kind = type(left)
    if kind is not type(right):
        return _order_dates(left, right)
    if kind in DIRECT:
        return (left > right) - (left < right)
    if kind is datetime:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return (left > right) - (left < right)
    if kind is time:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        first, second = nanoseconds_of_day(left), nanoseconds_of_day(right)
        return (first > second) - (first < second)
    return None


def _order_dates(left: Value, right: Value) -> int | None:
    # A date of an ordinary year and one of a year far away.
    if {type(left), type(right)} == {date, WideDate}:
        return (left.year > right.year) - (left.year < right.year)
    return None


def add(left: Value, right: Value) -> Value:
    """`left + right`."""
    kinds = (type(left), type(right))
    match kinds:
        case (a, b) if a is Decimal and b is Decimal:
            return numbers.add(left, right)
        case (a, b) if a is str and b is str:
            return left + right
        case (a, b) if a is DaysTimeDuration and b is DaysTimeDuration:
            return DaysTimeDuration(left.nanoseconds + right.nanoseconds)
        case (a, b) if a is YearsMonthsDuration and b is YearsMonthsDuration:
            return YearsMonthsDuration(left.months + right.months)
        case (a, _) if a in {DaysTimeDuration, YearsMonthsDuration}:
            return _shifted(right, left, 1)
        case (_, b) if b in {DaysTimeDuration, YearsMonthsDuration}:
            return _shifted(left, right, 1)
    return None


def _shifted(moment: Value, duration: Value, sign: int) -> Value:
    kind = type(moment)
    if type(duration) is YearsMonthsDuration:
        return shift_months(moment, sign * duration.months) if kind in {date, datetime} else None
    if kind is time:
        return shift_time(moment, sign * duration.nanoseconds)
    if kind is datetime:
        return shift(moment, sign * duration.nanoseconds)
    if kind is date:
        return _shifted_date(moment, sign * duration.nanoseconds)
    return None


def _shifted_date(day: date, nanoseconds: int) -> date | None:
    moment = shift(datetime(day.year, day.month, day.day), nanoseconds)  # noqa: DTZ001 - dates have no zone.
    return None if moment is None else moment.date()


def subtract(left: Value, right: Value) -> Value:
    """`left - right`."""
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.subtract(left, right)
    if kind is other is DaysTimeDuration:
        return DaysTimeDuration(left.nanoseconds - right.nanoseconds)
    if kind is other is YearsMonthsDuration:
        return YearsMonthsDuration(left.months - right.months)
    if other in {DaysTimeDuration, YearsMonthsDuration}:
        return _shifted(left, right, -1)
    if kind is other is time:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return None
        return DaysTimeDuration(nanoseconds_of_day(left) - nanoseconds_of_day(right))
    if kind in {date, datetime} and other in {date, datetime}:
        start, end = _as_moment(right), _as_moment(left)
        return between(start, end) if (start.tzinfo is None) == (end.tzinfo is None) else None
    return None


def _as_moment(value: date | datetime) -> datetime:
    # A date stands for its midnight in UTC.
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def multiply(left: Value, right: Value) -> Value:
    """`left * right`."""
    kind, other = type(left), type(right)
    if kind is Decimal and other is Decimal:
        return numbers.multiply(left, right)
    if kind is Decimal:
        left, right, kind, other = right, left, other, kind
    if other is not Decimal:
        return None
    if kind is DaysTimeDuration:
        return DaysTimeDuration(numbers.as_int(numbers.multiply(Decimal(left.nanoseconds), right)))
    if kind is YearsMonthsDuration:
        return YearsMonthsDuration(numbers.as_int(numbers.multiply(Decimal(left.months), right)))
    return None


def multiply_whole(left: Value, right: Value) -> Value:
    """`left * right` as Camunda has it: a duration is taken so many whole times."""
    if type(left) in _DURATIONS and type(right) is Decimal:
        return multiply(left, Decimal(int(right)))
    if type(right) in _DURATIONS and type(left) is Decimal:
        return multiply(Decimal(int(left)), right)
    return multiply(left, right)


def divide_whole(left: Value, right: Value) -> Value:
    """`left / right` as Camunda has it: of durations whole seconds, or how many whole times one fits into the other."""
    answer = divide(left, right)
    if type(answer) is DaysTimeDuration:
        return DaysTimeDuration(answer.nanoseconds // NANOSECONDS * NANOSECONDS)
    if type(answer) is Decimal and type(left) in _DURATIONS:
        return Decimal(int(answer))
    return answer


def subtract_alike(left: Value, right: Value) -> Value:
    """`left - right` as Camunda has it: between a date and a date and time there is nothing."""
    if {type(left), type(right)} == {date, datetime}:
        return None
    return subtract(left, right)


def divide(left: Value, right: Value) -> Value:
    """`left / right`; by zero there is no answer."""
    kind, other = type(left), type(right)
    if other is Decimal:
        if not right:
            return None
        if kind is Decimal:
            answer = numbers.divide(left, right)
            return answer or answer.copy_abs()
        if kind is DaysTimeDuration:
            return DaysTimeDuration(numbers.as_int(numbers.divide(Decimal(left.nanoseconds), right)))
        if kind is YearsMonthsDuration:
            return YearsMonthsDuration(numbers.as_int(numbers.divide(Decimal(left.months), right)))
    if kind is other is DaysTimeDuration and right.nanoseconds:
        return numbers.divide(Decimal(left.nanoseconds), Decimal(right.nanoseconds))
    if kind is other is YearsMonthsDuration and right.months:
        return numbers.divide(Decimal(left.months), Decimal(right.months))
    return None


def power(left: Value, right: Value) -> Value:
    """`left ** right`: whole exponents in decimal, others as floating point numbers."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    if numbers.is_integral(right):
        if not left and right < 0:
            return None
        return numbers.ONE if not right else numbers.DECIMAL128.power(left, right)
    if left < 0:
        return None
    return floating(math.pow, left, right)


def power_or_end(left: Value, right: Value) -> Value:
    """`left ** right` as Camunda has it: a power of two numbers that is none ends the evaluation."""
    answer = power(left, right)
    if answer is None and type(left) is Decimal and type(right) is Decimal:
        raise FeelBrokenOff(f"{left} ** {right} is no number")
    return answer


def negate_number(value: Value) -> Value:
    """`-value` as Camunda has it: of numbers only."""
    return numbers.negate(value) if type(value) is Decimal else None


def floating(function: Callable[..., float], *arguments: Decimal) -> Decimal | None:
    """A function of floating point numbers, where it has an answer."""
    try:
        answer = function(*(float(argument) for argument in arguments))
    except (ValueError, OverflowError):
        return None
    return numbers.from_float(answer) if math.isfinite(answer) else None


def negate(value: Value) -> Value:
    """`-value`."""
    match value:
        case Decimal():
            return numbers.negate(value)
        case DaysTimeDuration():
            return DaysTimeDuration(-value.nanoseconds)
        case YearsMonthsDuration():
            return YearsMonthsDuration(-value.months)
        case _:
            return None


def contains(interval: Range, value: Value) -> bool | None:
    """Whether the value lies in the range."""
    low = -1 if interval.low is None else order(interval.low, value)
    high = 1 if interval.high is None else order(interval.high, value)
    if low is None or high is None:
        return None
    above = low < 0 or (low == 0 and interval.low_included)
    below = high > 0 or (high == 0 and interval.high_included)
    return above and below
