"""Conversion between types."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from math import isfinite
from zoneinfo import ZoneInfo

from engine.feel.dialect import Dialect
from engine.feel.functions.registry import Broken, IllegalArgument, NoAnswer, Unsuitable, builtin
from engine.feel.json_values import from_json, normalise, temporal_text
from engine.feel.numbers import MAGNITUDE, from_float
from engine.feel.run import Run
from engine.feel.temporal import (
    format_zone,
    java_duration,
    java_period,
    offset_zone,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_java_duration,
    parse_java_time,
    parse_time,
    zone_by_name,
)
from engine.feel.text import excerpt, format_value
from engine.feel.values import NANOSECONDS, DaysTimeDuration, Value, YearsMonthsDuration
from engine.feel.wide import AnyDate, AnyMoment, AnyTime, WideDate, WideMoment, make_date, make_moment, time_of_day

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,6})?")


@builtin("string(from: any)", takes_run=True)
def string(run: Run, from_: Value) -> str | None:
    """The value as text."""
    if from_ is None or isinstance(from_, str):
        return from_
    text = format_value(from_, escaped=False)
    run.check_string(len(text))
    return text


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or len(text) > MAGNITUDE:
        raise Unsuitable(f"Can't parse '{text[:100]}' as a number")
    value = Decimal(text)
    if value and abs(value.adjusted()) > MAGNITUDE:
        raise Unsuitable(f"'{excerpt(text)}' is too large")
    return value


@builtin("number(from: string)")
def number(from_: str) -> Decimal:
    """The number a text says."""
    return _number(from_)


@builtin("number(from: string, grouping separator: any, decimal separator?: any)")
def number_with_separators(from_: str, grouping: Value, decimal: Value = None) -> Decimal | None:
    """The number a text with separators says."""
    if not _is_one_of(grouping, (" ", ",", ".")) or not _is_one_of(decimal, (",", ".")):
        raise Unsuitable("separators are ' ', ',' or '.'")
    assert isinstance(grouping, str | None)
    assert isinstance(decimal, str | None)
    if grouping is not None and grouping == decimal:
        raise Unsuitable("the two separators cannot be the same")
    text = from_.replace(grouping, "") if grouping else from_
    return _number(text.replace(decimal, ".") if decimal else text)


def _is_one_of(separator: Value, allowed: tuple[str, ...]) -> bool:
    return separator is None or (isinstance(separator, str) and separator in allowed)


@builtin("context(entries: list)", dialect=Dialect.CAMUNDA)
def context(entries: list[Value]) -> dict[str, Value]:
    """A context of entries `{key: …, value: …}`."""
    built: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise Unsuitable("expected a list of contexts with 'key' and 'value'")
        built[entry["key"]] = normalise(entry["value"])
    return built


@builtin("context(entries: list)", dialect=Dialect.STRICT)
def strict_context(entries: list[Value]) -> dict[str, Value]:
    """A context of entries; a key given twice is an error."""
    built = context(entries)
    if len(built) != len(entries):
        raise Unsuitable("a key is given twice")
    return built


@builtin("date(from: any)")
def date_(from_: Value) -> AnyDate | None:
    """The date a text says, or the date of a date and time."""
    match from_:
        case datetime():
            return from_.date()
        case date() | WideDate():
            return from_
        case WideMoment():
            return make_date(from_.year, from_.month, from_.day)
        case str():
            return _or_unsuitable(parse_date(from_), from_, "date")
    raise IllegalArgument(f"'{excerpt(from_)}' is no date")


def _or_unsuitable[T](value: T | None, text: str, kind: str) -> T | Value:
    if value is None:
        raise NoAnswer(f"'{excerpt(text)}' is no {kind}")
    return value


@builtin("date(year: number, month: number, day: number)")
def date_of(year: Decimal, month: Decimal, day: Decimal) -> AnyDate:
    """A date by its parts."""
    try:
        return make_date(int(year), int(month), int(day))
    except (ValueError, OverflowError) as error:
        raise Unsuitable(str(error)) from error


@builtin("time(from: any)", dialect=Dialect.CAMUNDA)
def time_(from_: Value) -> AnyTime | None:
    """The time a text says, its seconds left out or not, or the time of a date and time."""
    return _time(from_, parse_java_time)


@builtin("time(from: any)", dialect=Dialect.STRICT)
def strict_time(from_: Value) -> AnyTime | None:
    """The time a text says, or the time of a date and time."""
    return _time(from_, parse_time)


def _time(from_: Value, parse: Callable[[str], AnyTime | None]) -> AnyTime | None:
    match from_:
        case datetime() | WideMoment():
            return time_of_day(from_)
        case date():
            return time(0, 0, tzinfo=UTC)
        case str():
            return _or_unsuitable(parse(from_), from_, "time")
    raise IllegalArgument(f"'{excerpt(from_)}' is no time")


@builtin("time(hour: number, minute: number, second: number, offset?: any)")
def time_of(hour: Decimal, minute: Decimal, second: Decimal, offset: Value = None) -> time:
    """A time by its parts, with the offset as a duration."""
    zone: tzinfo | None = None
    if offset is not None:
        if not isinstance(offset, DaysTimeDuration):
            raise Unsuitable("the offset is no days and time duration")
        if abs(offset.nanoseconds) > 18 * 3600 * NANOSECONDS:
            raise Unsuitable("the offset is longer than 18 hours")
        zone = offset_zone(timedelta(seconds=offset.nanoseconds // NANOSECONDS))
    try:
        whole = int(second)
        return time(int(hour), int(minute), whole, int((second - whole) * 1_000_000), zone)
    except (ValueError, OverflowError) as error:
        raise Unsuitable(str(error)) from error


@builtin("date and time(from: any)")
def date_and_time(from_: Value) -> AnyMoment | None:
    """The date and time a text says."""
    match from_:
        case str():
            return _or_unsuitable(parse_datetime(from_) or _midnight(from_), from_, "date and time")
    raise IllegalArgument(f"'{excerpt(from_)}' is no date and time")


def _midnight(text: str) -> AnyMoment | None:
    day = parse_date(text)
    return None if day is None else make_moment(day, time())


@builtin("date and time(date: date, time: time)", dialect=Dialect.CAMUNDA)
def date_and_plain_time_of(day: AnyDate | AnyMoment, clock: AnyTime | AnyMoment) -> AnyMoment:
    """A date and a time put together."""
    if isinstance(clock, datetime | WideMoment):
        raise Unsuitable(f"'{excerpt(clock)}' is no time")
    return make_moment(day, clock)


@builtin("date and time(date: date, time: time)", dialect=Dialect.STRICT)
def date_and_time_of(day: AnyDate | AnyMoment, clock: AnyTime | AnyMoment) -> AnyMoment:
    """A date and a time, or the time of another date and time, put together."""
    return make_moment(day, time_of_day(clock) if isinstance(clock, datetime | WideMoment) else clock)


@builtin("date and time(date: date, timezone: string)", dialect=Dialect.CAMUNDA)
def date_and_time_in(day: AnyDate | AnyMoment, timezone: str) -> datetime:
    """The same instant in another zone."""
    if not isinstance(day, datetime):
        raise Unsuitable(f"'{excerpt(day)}' cannot change its zone")
    zone = zone_by_name(timezone)
    if zone is None:
        raise Broken(f"there is no zone '{excerpt(timezone)}'")
    return day.replace(tzinfo=zone) if day.tzinfo is None else day.astimezone(zone)


@builtin("duration(from: any)", dialect=Dialect.CAMUNDA)
def duration(from_: Value) -> DaysTimeDuration | YearsMonthsDuration | None:
    """The duration a text says; days and time in small letters, too."""
    return _duration(from_, parse_java_duration)


@builtin("duration(from: any)", dialect=Dialect.STRICT)
def strict_duration(from_: Value) -> DaysTimeDuration | YearsMonthsDuration | None:
    """The duration a text says."""
    return _duration(from_, parse_duration)


type _Parser = Callable[[str], DaysTimeDuration | YearsMonthsDuration | None]


def _duration(from_: Value, parse: _Parser) -> DaysTimeDuration | YearsMonthsDuration | None:
    if not isinstance(from_, str):
        raise IllegalArgument(f"'{excerpt(from_)}' is no duration")
    return _or_unsuitable(parse(from_), from_, "duration")


@builtin("years and months duration(from: date, to: date)")
def years_and_months_duration(from_: AnyDate | AnyMoment, to: AnyDate | AnyMoment) -> YearsMonthsDuration:
    """Whole months between two dates."""
    months = (to.year - from_.year) * 12 + to.month - from_.month
    if months > 0 and to.day < from_.day:
        months -= 1
    elif months < 0 and to.day > from_.day:
        months += 1
    return YearsMonthsDuration(months)


@builtin("from json(value: string)", takes_run=True)
def from_json_text(run: Run, value: str) -> Value:
    """The value a JSON text says."""
    run.check_string(len(value))
    try:
        return from_json(json.loads(value, parse_float=_floating, parse_int=_number, parse_constant=_no_constant))
    except (ValueError, RecursionError) as error:
        raise Unsuitable(f"'{excerpt(value)}' is no JSON") from error


def _floating(text: str) -> Decimal:
    """As Camunda reads them: the nearest floating point number."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return from_float(value)


def _no_constant(name: str) -> Value:
    raise ValueError(name)


@builtin("to json(value: any)", takes_run=True)
def to_json_text(run: Run, value: Value) -> str:
    """The value as JSON text."""
    text = json_text(value)
    run.check_string(len(text))
    return text


def json_text(value: Value) -> str:
    """JSON that keeps all digits of numbers; what JSON does not know is text."""
    value = normalise(value)
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{','.join(json_text(item) for item in value)}]"
        case Mapping():
            members = (f"{json.dumps(key, ensure_ascii=False)}:{json_text(item)}" for key, item in value.items())
            return "{" + ",".join(members) + "}"
    return f'"{_java_text(value)}"'


def _java_text(value: Value) -> str:
    """What `toString` of Java gives for values that JSON does not know: durations without days, zones behind their offset."""
    match value:
        case DaysTimeDuration():
            return java_duration(value)
        case YearsMonthsDuration():
            return java_period(value)
        case datetime(tzinfo=ZoneInfo() as zone):
            plain = temporal_text(value.replace(tzinfo=None))
            return f"{plain}{format_zone(offset_zone(value.utcoffset() or timedelta()), value)}[{zone.key}]"
    return format_value(value, escaped=False)
