"""The working days of a month's close, from the calendars that service levels are counted by."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from time import monotonic
from zoneinfo import ZoneInfo

from services.finance import WEEKDAYS
from services.sla import COMMON, Calendars, WorkingCalendar

TEAM = "finance"
OPENING = time(9)
# A month asks day by day; a calendar that somebody changes counts this much later.
KEPT_SECONDS = 10.0


@dataclass
class _Kept:
    calendar: WorkingCalendar | None = None
    until: float = float("-inf")


@dataclass(frozen=True, slots=True)
class CalendarDays:
    """`services.finance.WorkingDays` by the finance team's own calendar, or the common one.

    A common calendar without a day off is that of a desk which is always there: the books then keep Monday to Friday, less its
    holidays. Without any calendar the days are `WEEKDAYS`.
    """

    calendars: Calendars
    clock: Callable[[], float] = monotonic
    _kept: _Kept = field(default_factory=_Kept)

    def is_working(self, day: date) -> bool:
        calendar = self._calendar()
        return bool(calendar.hours(day)) if calendar else WEEKDAYS.is_working(day)

    def opens(self, day: date) -> datetime:
        calendar = self._calendar()
        if calendar is None:
            return WEEKDAYS.opens(day)
        hours = calendar.hours(day)
        return datetime.combine(day, hours[0][0] if hours else OPENING, ZoneInfo(calendar.zone_name)).astimezone(UTC)

    def _calendar(self) -> WorkingCalendar | None:
        if self.clock() >= self._kept.until:
            self._kept.calendar, self._kept.until = self._read(), self.clock() + KEPT_SECONDS
        return self._kept.calendar

    def _read(self) -> WorkingCalendar | None:
        if own := self.calendars.team_calendar(TEAM):
            return own.working()
        common = self.calendars.team_calendar(COMMON)
        if common is None or not all(common.week.get(day) for day in range(7)):
            return common.working() if common else None
        office = ((OPENING, time(18)),)
        week = dict.fromkeys(range(5), office)
        # Opening a 24-hour desk at midnight would begin closes at midnight.
        return WorkingCalendar(common.zone_name, week, {each.day: each.hours and office for each in common.holidays})
