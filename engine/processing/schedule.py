"""When something is due: ISO 8601 durations, dates and repetitions, and cron.

Source: ISO 8601-1:2019 (durations, repeating intervals); Zeebe 8.5 documentation, "Timer events".
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.bpmn.moments import parse_moment
from engine.bpmn.timers import in_capitals, interval_fault, split_start
from engine.processing.cron import Cron, NotSupported, parse_cron

_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<years>[+-]?\d+)Y)?(?:(?P<months>[+-]?\d+)M)?(?:(?P<weeks>[+-]?\d+)W)?(?:(?P<days>[+-]?\d+)D)?"
    r"(?:T(?:(?P<hours>[+-]?\d+)H)?(?:(?P<minutes>[+-]?\d+)M)?(?:(?P<seconds>[+-]?\d+(?:[.,]\d{0,9})?)S)?)?",
    re.ASCII,
)
_LONGEST = 64
_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_LATEST = 253_402_300_799_000
_LONGEST_TIME = 2**63 - 1


class InvalidSchedule(ValueError):
    """The text is no duration, date or cycle."""


class CycleNotSupported(InvalidSchedule):
    """The text is cron, but of a kind that nothing can be made of."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time: months of the calendar and milliseconds."""

    months: int
    milliseconds: int

    def after(self, moment: int) -> int:
        """The moment that lies this long after another."""
        if self.months:
            start = datetime.fromtimestamp(moment / 1000, UTC)
            year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
            moment = _to_milliseconds(start, year, month + 1) + moment % 1000
        return max(-_LATEST, min(moment + self.milliseconds, _LATEST))


def _to_milliseconds(start: datetime, year: int, month: int) -> int:
    if year > 9999:
        return _LATEST
    if year < 1:
        raise InvalidSchedule(f"the year {year} is out of reach")
    day = start.day
    while True:
        try:
            return int(start.replace(year=year, month=month, day=day, microsecond=0).timestamp()) * 1000
        except ValueError:
            day -= 1


def parse_duration(text: str) -> Interval:
    """An ISO 8601 duration."""
    match = _DURATION.fullmatch(in_capitals(text)) if len(text) <= _LONGEST and interval_fault(text) is None else None
    if match is None:
        raise InvalidSchedule(f"'{text[:_LONGEST]}' is no ISO 8601 duration")
    part = {name: value or "0" for name, value in match.groupdict().items()}
    months = int(part["years"]) * 12 + int(part["months"])
    days = int(part["weeks"]) * 7 + int(part["days"])
    whole, _, fraction = part["seconds"].replace(",", ".").partition(".")
    milliseconds = int((fraction + "000")[:3])
    seconds = days * 86_400 + int(part["hours"]) * 3_600 + int(part["minutes"]) * 60 + int(whole)
    sign = -1 if part["sign"] == "-" else 1
    return Interval(sign * months, sign * (seconds * 1000 + (-milliseconds if whole.startswith("-") else milliseconds)))


def parse_date(text: str) -> int:
    """An ISO 8601 date and time with an offset, in milliseconds since 1970."""
    try:
        moment = parse_moment(text).milliseconds
    except ValueError as error:
        raise InvalidSchedule(f"'{text[:_LONGEST]}' is no ISO 8601 date and time with a time zone") from error
    if abs(moment) > _LONGEST_TIME:
        raise InvalidSchedule(f"'{text[:_LONGEST]}' cannot be counted in milliseconds of 64 bits")
    return moment


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repetition: how often (-1 for ever), and when next."""

    repetitions: int
    interval: Interval | None = None
    start: int | None = None
    cron: Cron | None = None

    def due(self, moment: int) -> int | None:
        """The next moment after another, None when there is none."""
        if self.cron is not None:
            return _next_cron(self.cron, moment)
        assert self.interval is not None
        return self.interval.after(moment)

    def first(self, now: int) -> int | None:
        if self.start is not None and self.start >= now:
            return self.start
        return self.due(now)


def parse_cycle(text: str) -> Cycle:
    """`R3/PT10S`, `R/2026-01-01T00:00:00Z/P1D`, or cron with seconds."""
    if not text.startswith("R"):
        return _parse_cron(text)
    count, _, rest = text.partition("/")
    if count != "R" and not re.fullmatch(r"R[+-]?\d{1,10}", count, re.ASCII):
        raise InvalidSchedule(f"'{text[:_LONGEST]}' does not say how often")
    repetitions = -1 if count == "R" else int(count[1:])
    start, interval = split_start(rest)
    return Cycle(repetitions, parse_duration(interval), parse_date(start) if start else None)


def _parse_cron(text: str) -> Cycle:
    expression = _MACROS.get(text, text)
    if len(text) > 4 * _LONGEST:
        raise InvalidSchedule(f"'{text[:_LONGEST]}…' is too long for cron")
    try:
        return Cycle(-1, cron=parse_cron(expression))
    except NotSupported as error:
        raise CycleNotSupported(str(error)) from error
    except ValueError as error:
        raise InvalidSchedule(f"'{text}' is neither an ISO 8601 repeating interval nor cron with six fields") from error


def _next_cron(cron: Cron, moment: int) -> int | None:
    due = cron.after(datetime.fromtimestamp(moment / 1000, UTC))
    return None if due is None else int(due.timestamp()) * 1000
