"""When a team works: weekly hours in a time zone, less holidays, plus special days.

Hours are wall-clock times. On the day a clock is set back, an hour that comes twice counts twice; on the day it is set forward,
an hour that does not come does not count: the team works by the clock on its wall.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

type Hours = tuple[tuple[time, time], ...]
# Moments in UTC, the second excluded.
type Interval = tuple[datetime, datetime]

# `time.max` stands for the end of the day, which has no time of its own.
WHOLE_DAY: Hours = ((time.min, time.max),)


# A list of clocks asks about moments near each other: so many days more than were asked for are added up at once.
MARGIN = timedelta(days=30)
LAST_DAY = date.max - timedelta(days=2)


class InvalidCalendar(ValueError):
    """A calendar names no zone that exists, or hours that overlap or run backwards."""


@dataclass(frozen=True, slots=True)
class AddedUp:
    """The working time before each interval of some days, so that the time between two moments is two look-ups."""

    begin: datetime
    end: datetime
    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    before: tuple[timedelta, ...]

    def until(self, moment: datetime) -> timedelta:
        """Working time from the first of these days to a moment within them."""
        index = bisect_right(self.opens, moment) - 1
        if index < 0:
            return timedelta()
        return self.before[index] + min(moment, self.closes[index]) - self.opens[index]


@dataclass(frozen=True)
class WorkingCalendar:
    """`week` maps a weekday (Monday is 0) to hours; `special_days` replace the week's hours, an empty tuple closing the day."""

    zone_name: str = "UTC"
    week: Mapping[int, Hours] = field(default_factory=dict)
    special_days: Mapping[date, Hours] = field(default_factory=lambda: MappingProxyType({}))
    # A list of clocks asks for the same days again and again.
    _days: dict[date, tuple[Interval, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _added_up: list[AddedUp] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone_name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise InvalidCalendar(f"no time zone is called {self.zone_name!r}") from error
        for day, hours in (*self.week.items(), *self.special_days.items()):
            _check(day, hours)

    def hours(self, day: date) -> Hours:
        """The wall-clock hours of a day."""
        if day in self.special_days:
            return self.special_days[day]
        return self.week.get(day.weekday(), ())

    def intervals(self, start: datetime) -> Iterator[Interval]:
        """Working time from a moment on; it has no end where the week has hours, else it ends with the last special day."""
        zone = ZoneInfo(self.zone_name)
        day = start.astimezone(zone).date()
        last = max(self.special_days, default=day) if not any(self.week.values()) else LAST_DAY
        while day <= last:
            for begin, end in self._intervals_of(zone, day):
                if end > start:
                    yield max(begin, start), end
            day += timedelta(days=1)

    def worked(self, begin: datetime, end: datetime) -> timedelta:
        """Working time between two moments; zero where the end comes first."""
        if end <= begin:
            return timedelta()
        known = self._added_up[-1] if self._added_up else None
        if known is None or begin < known.begin or end > known.end:
            known = self._add_up(begin if known is None else min(begin, known.begin), end)
        return known.until(end) - known.until(begin)

    def _add_up(self, begin: datetime, end: datetime) -> AddedUp:
        """Threads that share a calendar may each do this: whole values are put in place of older ones."""
        zone = ZoneInfo(self.zone_name)
        day = begin.astimezone(zone).date()
        last = min(end.astimezone(zone).date() + MARGIN, LAST_DAY)
        intervals, before, total = [], [], timedelta()
        while day <= last:
            for interval in self._intervals_of(zone, day):
                intervals.append(interval)
                before.append(total)
                total += interval[1] - interval[0]
            day += timedelta(days=1)
        opens, closes = tuple(opens for opens, _ in intervals), tuple(closes for _, closes in intervals)
        found = AddedUp(begin, datetime.combine(last, time.min, zone).astimezone(UTC), opens, closes, tuple(before))
        self._added_up[:] = [found]
        return found

    def _intervals_of(self, zone: ZoneInfo, day: date) -> tuple[Interval, ...]:
        intervals = self._days.get(day)
        if intervals is None:
            intervals = self._days[day] = tuple(self._of_day(zone, day))
        return intervals

    def _of_day(self, zone: ZoneInfo, day: date) -> Iterator[Interval]:
        hours = self.hours(day)
        if not hours:
            return
        for begin, end, offset in _offset_spans(zone, day):
            for opening, closing in hours:
                opens = datetime.combine(day, opening, UTC) - offset
                closes = datetime.combine(day + timedelta(days=1), time.min, UTC) - offset
                if closing != time.max:
                    closes = datetime.combine(day, closing, UTC) - offset
                if max(begin, opens) < min(end, closes):
                    yield max(begin, opens), min(end, closes)


def _check(day: object, hours: Hours) -> None:
    previous = None
    for opening, closing in hours:
        if opening >= closing:
            raise InvalidCalendar(f"the hours {opening}-{closing} of {day} end before they begin")
        if previous is not None and opening < previous:
            raise InvalidCalendar(f"the hours of {day} overlap at {opening}")
        previous = closing


@lru_cache(maxsize=4096)
def _offset_spans(zone: ZoneInfo, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The parts of a local day between changes of the clock, in UTC, each with its offset."""
    # A day of any zone lies within these 50 hours; a part of it is where the local date is this day.
    earliest = datetime.combine(day, time.min, UTC) - timedelta(hours=15)
    spans = []
    for begin, end in _constant_offsets(zone, earliest, earliest + timedelta(hours=54)):
        offset = begin.astimezone(zone).utcoffset() or timedelta()
        midnight = datetime.combine(day, time.min, UTC) - offset
        first, last = max(begin, midnight), min(end, midnight + timedelta(days=1))
        if first < last:
            spans.append((first, last, offset))
    return tuple(spans)


def _constant_offsets(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Interval]:
    """Split a span at the changes of the zone's offset, found by halving within each hour that has one."""
    start, moment = begin, begin
    while moment < end:
        following = moment + timedelta(hours=1)
        if following.astimezone(zone).utcoffset() != moment.astimezone(zone).utcoffset():
            change = _change(zone, moment, following)
            yield start, change
            start = change
        moment = following
    yield start, end


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


ALWAYS = WorkingCalendar(week=MappingProxyType(dict.fromkeys(range(7), WHOLE_DAY)))
