"""Which days the month's close counts as worked on."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from bootstrap.calendar_days import KEPT_SECONDS, CalendarDays
from services.finance import Month, first_working_day
from services.sla import Holiday, InMemoryCalendars, TeamCalendar

HOURS = ((time(10), time(19)),)
ALL_DAY = ((time.min, time.max),)
NEW_YEAR = [Holiday(date(2027, 1, day), "New Year") for day in range(1, 9)]


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Room:
    calendars: InMemoryCalendars = field(default_factory=InMemoryCalendars)
    clock: Clock = field(default_factory=Clock)

    def days(self) -> CalendarDays:
        return CalendarDays(self.calendars, self.clock)

    def keep(self, team: str, days: range, hours=HOURS) -> None:
        self.calendars.save(TeamCalendar(team, "Europe/Moscow", dict.fromkeys(days, hours)))


def test_without_a_calendar_the_week_is_monday_to_friday_from_nine() -> None:
    days = Room().days()

    assert [days.is_working(date(2027, 1, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]
    assert days.opens(date(2027, 1, 1)) == datetime(2027, 1, 1, 9, tzinfo=UTC)


def test_the_first_working_day_is_after_the_holidays_of_the_common_calendar_in_its_zone() -> None:
    room = Room()
    room.keep("", range(5))
    room.calendars.add_holidays("", NEW_YEAR)
    days = room.days()

    first = first_working_day(days, Month(2027, 1))

    assert first == date(2027, 1, 11)
    assert days.opens(first) == datetime(2027, 1, 11, 7, tzinfo=UTC)


def test_the_finance_teams_own_calendar_counts_before_the_common_one() -> None:
    room = Room()
    room.keep("", range(5))
    room.keep("finance", range(6, 7))
    days = room.days()

    assert [days.is_working(date(2027, 1, day)) for day in (3, 4)] == [True, False]


def test_a_desk_that_is_always_there_does_not_make_the_books_work_at_weekends() -> None:
    room = Room()
    room.keep("", range(7), ALL_DAY)
    room.calendars.add_holidays("", [*NEW_YEAR, Holiday(date(2027, 1, 16), "moved day", ALL_DAY)])
    days = room.days()

    assert [days.is_working(date(2027, 1, day)) for day in (8, 9, 11, 16)] == [False, False, True, True]
    assert days.opens(date(2027, 1, 11)) == datetime(2027, 1, 11, 6, tzinfo=UTC)


def test_a_calendar_that_is_changed_counts_a_little_later() -> None:
    room = Room()
    days = room.days()
    before = days.is_working(date(2027, 1, 4))
    room.keep("", range(1, 5))

    kept = days.is_working(date(2027, 1, 4))
    room.clock.now += KEPT_SECONDS
    after = days.is_working(date(2027, 1, 4))

    assert (before, kept, after) == (True, True, False)
