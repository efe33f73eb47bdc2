"""Dates and times that the standard library cannot hold: years before 1 or after 9999, and billionths of a second.

They can be read, written, compared and asked for their parts. A date's stand-in lies in the same place of the calendar's cycle
of 400 years, so that leap days and weekdays are right.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

MAX_YEAR = 999_999_999


@dataclass(frozen=True, slots=True, order=True)
class WideDate:
    """A date of a year that no `date` has."""

    year: int
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class PreciseTime:
    """A time of day and the nanoseconds (1 to 999) beyond its microseconds."""

    clock: time
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class WideMoment:
    """A date and time: its year, its stand-in with zone, and the nanoseconds beyond its microseconds."""

    year: int
    stand_in: datetime
    nanoseconds: int

    @property
    def month(self) -> int:
        """The month, 1 to 12."""
        return self.stand_in.month

    @property
    def day(self) -> int:
        """The day of the month."""
        return self.stand_in.day


type AnyDate = date | WideDate
type AnyTime = time | PreciseTime
type AnyMoment = datetime | WideMoment


def stand_in_year(year: int) -> int:
    """The year itself, or one with the same calendar."""
    return year if 1 <= year <= 9999 else 2000 + year % 400


def make_date(year: int, month: int, day: int) -> AnyDate:
    """The date; ValueError if there is no such day."""
    if abs(year) > MAX_YEAR:
        raise ValueError(f"the year {year} is out of range")
    stand_in = date(stand_in_year(year), month, day)
    return stand_in if stand_in.year == year else WideDate(year, month, day)


def make_time(clock: time, nanoseconds: int) -> AnyTime:
    """The time, in the smaller type if it fits."""
    return PreciseTime(clock, nanoseconds) if nanoseconds else clock


def make_moment(day: AnyDate | AnyMoment, clock: AnyTime) -> AnyMoment:
    """A date and a time put together."""
    nanoseconds = clock.nanoseconds if isinstance(clock, PreciseTime) else 0
    plain = clock.clock if isinstance(clock, PreciseTime) else clock
    stand_in = datetime.combine(date(stand_in_year(day.year), day.month, day.day), plain)
    return stand_in if stand_in.year == day.year and not nanoseconds else WideMoment(day.year, stand_in, nanoseconds)


def time_of_day(moment: AnyMoment) -> AnyTime:
    """The time of a date and time, with its zone."""
    if isinstance(moment, WideMoment):
        return make_time(moment.stand_in.timetz(), moment.nanoseconds)
    return moment.timetz()
