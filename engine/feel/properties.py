"""Properties of temporal values and ranges: `date.year`, `duration.hours`, `range.start`."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.feel.scopes import MISSING
from engine.feel.temporal import time_offset
from engine.feel.values import DAY_NANOSECONDS, NANOSECONDS, DaysTimeDuration, Range, Value, YearsMonthsDuration
from engine.feel.wide import PreciseTime, WideDate, WideMoment

type Getter = Callable[[Value], Value]


def _offset(moment: time | datetime) -> DaysTimeDuration | None:
    offset = time_offset(moment)
    return None if offset is None else DaysTimeDuration(int(offset.total_seconds()) * NANOSECONDS)


def _zone(moment: time | datetime) -> str | None:
    zone = moment.tzinfo
    return zone.key if isinstance(zone, ZoneInfo) else None


def _part(unit: int, modulus: int | None) -> Getter:
    def part(duration: DaysTimeDuration) -> Decimal:
        sign = -1 if duration.nanoseconds < 0 else 1
        whole = abs(duration.nanoseconds) // unit
        return Decimal(sign * (whole % modulus if modulus else whole))

    return part


def _months(duration: YearsMonthsDuration) -> Decimal:
    return Decimal(abs(duration.months) % 12 * (-1 if duration.months < 0 else 1))


def _years(duration: YearsMonthsDuration) -> Decimal:
    return Decimal(abs(duration.months) // 12 * (-1 if duration.months < 0 else 1))


_DATE: dict[str, Getter] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal(day.isoweekday()),
}
_TIME: dict[str, Getter] = {
    "hour": lambda moment: Decimal(moment.hour),
    "minute": lambda moment: Decimal(moment.minute),
    "second": lambda moment: Decimal(moment.second),
    "time offset": _offset,
    "timezone": _zone,
}


def _of_clock(getter: Getter) -> Getter:
    return lambda moment: getter(moment.clock)


def _of_stand_in(getter: Getter) -> Getter:
    return lambda moment: getter(moment.stand_in)


PROPERTIES: dict[type, dict[str, Getter]] = {
    date: _DATE,
    time: _TIME,
    datetime: _DATE | _TIME,
    WideDate: {name: _DATE[name] for name in ("year", "month", "day")},
    PreciseTime: {name: _of_clock(getter) for name, getter in _TIME.items()},
    WideMoment: {
        **{name: _DATE[name] for name in ("year", "month", "day")},
        **{name: _of_stand_in(getter) for name, getter in ({"weekday": _DATE["weekday"]} | _TIME).items()},
    },
    DaysTimeDuration: {
        "days": _part(DAY_NANOSECONDS, None),
        "hours": _part(3600 * NANOSECONDS, 24),
        "minutes": _part(60 * NANOSECONDS, 60),
        "seconds": _part(NANOSECONDS, 60),
    },
    YearsMonthsDuration: {"years": _years, "months": _months},
    Range: {
        "start": lambda interval: interval.low,
        "end": lambda interval: interval.high,
        "start included": lambda interval: interval.low_included,
        "end included": lambda interval: interval.high_included,
    },
}


def property_of(value: Value, name: str) -> Value:
    """The property, or MISSING."""
    getter = PROPERTIES.get(type(value), {}).get(name)
    return MISSING if getter is None else getter(value)
