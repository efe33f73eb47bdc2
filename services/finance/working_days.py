"""Which days are worked on: for gaps in rates, for when a month's close begins and until when owners explain."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from services.finance.months import Month


class WorkingDays(Protocol):
    def is_working(self, day: date) -> bool: ...

    def opens(self, day: date) -> datetime:
        """The moment, in UTC, at which work begins on a day."""
        ...


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Monday to Friday less holidays, from an hour on in a time zone."""

    zone: str = "UTC"
    opening: time = time(9)
    holidays: Collection[date] = frozenset()

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def opens(self, day: date) -> datetime:
        return datetime.combine(day, self.opening, ZoneInfo(self.zone)).astimezone(UTC)


WEEKDAYS = Weekdays()


def first_working_day(working: WorkingDays, month: Month) -> date:
    """The first working day of a month, or after it where it has none."""
    return working_day_after(working, month.first - timedelta(days=1), 1)


def working_day_after(working: WorkingDays, day: date, count: int) -> date:
    """So many working days later. A calendar without any gives up after a year and counts days."""
    found = day
    for _step in range(366):
        if count == 0:
            return found
        found += timedelta(days=1)
        count -= working.is_working(found)
    return day + timedelta(days=max(1, count))
