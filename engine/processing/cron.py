"""When cron is due: six fields with seconds first, and for days also L, LW, L-3, 15W, 5L and 5#2.

A day counts when both its fields agree: the 13th, on a Friday; none does when both are `?`. A span of days or months that ends
before it begins is its first one alone; beside others in a list it is nothing, and so are L, LW, L-3 and a weekday's `?`, and
of 15W the 15th is left. A span of weekdays goes round, but not in steps.
Source: Zeebe 8.5 documentation, "Timer events"; the order of fields is Spring's, the lists and spans were observed.
"""

from bisect import bisect_left
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_RANGES = ((0, 59, ()), (0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))
_MONTH = 4
# The longest way between two days that a calendar has: from one 29th of February to the next on the same weekday.
_MONTHS_AHEAD = 12 * 40


class NotSupported(ValueError):
    """A cron expression that is one, and yet says nothing that can be worked out."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The times of a day in order, the months, and the texts of what says which days."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    days: tuple[str, ...]
    weekdays: tuple[str, ...]

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than a moment, to the second; None where there is none."""
        days = _Days(self.days, self.weekdays)
        year, month = moment.year, moment.month
        for _ in range(_MONTHS_AHEAD):
            if month in self.months:
                for day in days.of(year, month):
                    found = self._on(date(year, month, day), moment)
                    if found is not None:
                        return found
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            if year > 9999:
                break
        return None

    def _on(self, day: date, moment: datetime) -> datetime | None:
        if day < moment.date():
            return None
        earliest = (moment.hour, moment.minute, moment.second + 1) if day == moment.date() else (0, 0, 0)
        for hour in self.hours[bisect_left(self.hours, earliest[0]) :]:
            lowest_minute = earliest[1] if hour == earliest[0] else 0
            for minute in self.minutes[bisect_left(self.minutes, lowest_minute) :]:
                lowest_second = earliest[2] if (hour, minute) == earliest[:2] else 0
                place = bisect_left(self.seconds, lowest_second)
                if place < len(self.seconds):
                    return datetime(day.year, day.month, day.day, hour, minute, self.seconds[place], tzinfo=UTC)
        return None


def parse_cron(text: str) -> Cron:
    """A cron expression of six fields.

    Raises:
        ValueError: it is none.
    """
    fields = text.upper().split()
    if len(fields) != len(_RANGES):
        raise ValueError(f"'{text}' has {len(fields)} fields, not {len(_RANGES)}")
    numbers = [frozenset(_numbers(field, place)) for place, field in enumerate(fields) if place not in {3, 5}]
    seconds, minutes, hours, months = numbers
    cron = Cron(
        tuple(sorted(seconds)),
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        months,
        tuple(fields[3].split(",")),
        tuple(_named(fields[5], _DAYS).split(",")),
    )
    _refuse_what_is_not_supported(cron)
    # What cannot be read is found now, not when it is due.
    _Days(cron.days, cron.weekdays).of(2000, 1)
    return cron


def _refuse_what_is_not_supported(cron: Cron) -> None:
    """What can be written and deployed, and of which the real engine makes nothing either.

    Raises:
        NotSupported: there is such an entry.
    """
    if len(cron.days) > 1 and "?" in cron.days:
        raise NotSupported("FieldExpression class com.cronutils.model.field.expression.QuestionMark not supported!")
    if any(item.partition("/")[0].endswith("-L") for item in (*cron.days, *cron.weekdays)):
        raise NotSupported("Non integer values at intervals are not fully supported yet.")
    for item in cron.weekdays:
        span, slash, _ = item.partition("/")
        first, dash, last = span.partition("-")
        if slash and dash and first != "L" and int(first) > int(last):
            raise NotSupported("Collection is empty")


def _named(text: str, names: tuple[str, ...]) -> str:
    for number, name in enumerate(names, start=1):
        text = text.replace(name, str(number))
    return text


def _numbers(field: str, place: int) -> set[int]:
    low, high, names = _RANGES[place]
    items = _named(field, names).split(",")
    if place < _MONTH and any(_goes_round(_span(item, low, high)) for item in items):
        raise ValueError(f"'{field}' ends before it begins")
    return {number for item in items for number in _forward(_span(item, low, high), is_alone=len(items) == 1)}


def _forward(span: list[int], *, is_alone: bool) -> list[int]:
    """A span of days or months, none of which goes round."""
    if not _goes_round(span):
        return span
    return span[:1] if is_alone else []


def _goes_round(span: list[int]) -> bool:
    return span[-1] < span[0]


def _span(item: str, low: int, high: int) -> list[int]:
    """`*`, `5`, `2-8`, `*/3`, `2/3` or `2-8/3`; a span that ends before it begins goes round."""
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    if span in {"*", "?", ""}:
        begin, end = low, high
    else:
        begin = int(first)
        end = int(last) if dash else high if slash else begin
    if not (low <= begin <= high and low <= end <= high):
        raise ValueError(f"'{item}' is not within {low} and {high}")
    if end < begin:
        return [*range(begin, high + 1, int(step or 1)), *range(low, end + 1, int(step or 1))]
    return list(range(begin, end + 1, int(step or 1)))


class _Days:
    """The days of a month that both fields name."""

    def __init__(self, days: tuple[str, ...], weekdays: tuple[str, ...]) -> None:
        self._days = days
        self._weekdays = weekdays

    def of(self, year: int, month: int) -> list[int]:
        if self._days == self._weekdays == ("?",):
            return []
        first, last = monthrange(year, month)
        is_alone = len(self._days) == 1
        by_day = {day for item in self._days for day in _by_day(item, first, last, is_alone=is_alone)}
        # Beside others an entry that names none says nothing.
        weekdays = [item for item in self._weekdays if item != "?"] or self._weekdays
        by_weekday = {day for item in weekdays for day in _by_weekday(item, first, last)}
        return sorted(by_day & by_weekday)


def _by_day(item: str, first: int, last: int, *, is_alone: bool) -> list[int]:
    """Days by number; `first` is the weekday of the month's first day, Monday being 0."""
    if item.startswith("L") and not is_alone:
        return []
    if item == "L" or (item.endswith("L") and item[:-1].isdecimal()):
        return [last]
    if item == "LW":
        return [_nearest_workday(last, first, last)]
    if item.startswith("L-"):
        return [last - int(item[2:])] if int(item[2:]) < last else []
    if item.endswith("W"):
        wanted = int(item[:-1])
        if not is_alone:
            return [wanted] if wanted <= last else []
        return [_nearest_workday(wanted, first, last)] if wanted <= last else []
    return [day for day in _forward(_span(item, 1, 31), is_alone=is_alone) if day <= last]


def _nearest_workday(day: int, first: int, last: int) -> int:
    weekday = (first + day - 1) % 7
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < last else day - 2
    return day


def _by_weekday(item: str, first: int, last: int) -> list[int]:
    """Days by weekday: 0, 7 and L are Sunday."""
    item = "0" if item.startswith("L") else "0" + item[1:] if item.startswith("7/") else item
    if item.endswith("L") and len(item) > 1:
        return _on_weekday(int(item[:-1]), first, last)[-1:]
    weekday, hash_, nth = item.partition("#")
    if hash_:
        return _on_weekday(int(weekday), first, last)[int(nth) - 1 : int(nth)]
    return [day for weekday in {number % 7 for number in _span(item, 0, 7)} for day in _on_weekday(weekday, first, last)]


def _on_weekday(weekday: int, first: int, last: int) -> list[int]:
    offset = (weekday - 1 - first) % 7
    return list(range(1 + offset, last + 1, 7))
