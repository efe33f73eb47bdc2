import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.sla import ALWAYS, InvalidCalendar, NeverDue, Pause, WorkingCalendar, due_time, working_time

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")
MINUTE = timedelta(minutes=1)
CASES = int(os.environ.get("PENSTOCK_SLA_CASES", "400"))


def is_working(calendar: WorkingCalendar, zone: ZoneInfo, moment: datetime, pauses: list[Pause]) -> bool:
    """The definition itself, by the clock on the wall."""
    local = moment.astimezone(zone)
    hours = calendar.hours(local.date())
    open_now = any(opening <= local.time() and (local.time() < closing or closing == time.max) for opening, closing in hours)
    return open_now and not any(pause.start <= moment and (pause.end is None or moment < pause.end) for pause in pauses)


def brute_force_due(calendar: WorkingCalendar, start: datetime, minutes: int, pauses: list[Pause]) -> datetime:
    zone, moment, left = ZoneInfo(calendar.zone_name), start, minutes
    while left:
        left -= is_working(calendar, zone, moment, pauses)
        moment += MINUTE
    return moment


def random_case(dice: random.Random) -> tuple[WorkingCalendar, datetime, int, list[Pause]]:
    def hours() -> tuple[tuple[time, time], ...]:
        marks = sorted(dice.sample(range(0, 1440, 5), 4))
        first, second, third, fourth = (time(mark // 60, mark % 60) for mark in marks)
        return ((first, second), (third, time.max if dice.random() < 0.2 else fourth))

    # Around the changes of the clock, where arithmetic goes wrong.
    start = (
        datetime(2024, dice.choice((3, 4, 9, 10, 11)), dice.randrange(1, 28), tzinfo=UTC) + dice.randrange(4 * 1440) * MINUTE
    )
    days = {day: hours() for day in dice.sample(range(7), dice.randrange(2, 8))}
    special = {start.date() + timedelta(days=dice.randrange(6)): dice.choice(((), hours())) for _ in range(2)}
    pauses, moment = [], start
    for _ in range(dice.randrange(4)):
        begin = moment + dice.randrange(-100, 900) * MINUTE
        moment = begin + dice.randrange(1, 900) * MINUTE
        pauses.append(Pause(begin, moment, "waiting for customer"))
    return WorkingCalendar(dice.choice(ZONES), days, special), start, dice.randrange(1, 2000), pauses


def test_due_times_equal_a_minute_by_minute_count() -> None:
    dice = random.Random(8)

    for _ in range(CASES):
        calendar, start, minutes, pauses = random_case(dice)
        due = due_time(calendar, start, minutes * MINUTE, pauses)

        assert due == brute_force_due(calendar, start, minutes, pauses), (calendar, start, minutes, pauses)
        assert working_time(calendar, start, due, pauses) == minutes * MINUTE


def test_a_working_day_ends_and_goes_on_after_the_weekend() -> None:
    office = WorkingCalendar("Europe/Berlin", dict.fromkeys(range(5), ((time(9), time(17)),)))

    due = due_time(office, datetime(2026, 11, 20, 15, tzinfo=UTC), timedelta(hours=2))

    assert due == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_holiday_is_closed() -> None:
    office = WorkingCalendar("UTC", dict.fromkeys(range(7), ((time(9), time(17)),)), {date(2026, 5, 1): ()})

    assert due_time(office, datetime(2026, 4, 30, 16, tzinfo=UTC), timedelta(hours=2)) == datetime(2026, 5, 2, 10, tzinfo=UTC)


def test_the_clock_stands_while_a_pause_goes_on() -> None:
    start = datetime(2026, 11, 20, tzinfo=UTC)
    pauses = [Pause(start + timedelta(hours=1), None, "waiting for supplier")]

    assert working_time(ALWAYS, start, start + timedelta(days=9), pauses) == timedelta(hours=1)
    with pytest.raises(NeverDue):
        due_time(ALWAYS, start, timedelta(hours=2), pauses)


def test_a_calendar_that_never_opens_is_no_endless_search() -> None:
    with pytest.raises(NeverDue):
        due_time(WorkingCalendar(), datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=1))


@pytest.mark.parametrize(
    ("zone", "hours", "reason"),
    [
        ("Mars/Olympus", ((time(9), time(17)),), "no time zone"),
        ("../etc/passwd", ((time(9), time(17)),), "no time zone"),
        ("UTC", ((time(17), time(9)),), "end before they begin"),
        ("UTC", ((time(9), time(13)), (time(12), time(17))), "overlap"),
    ],
)
def test_refuses_a_calendar_that_makes_no_sense(zone: str, hours: tuple[tuple[time, time], ...], reason: str) -> None:
    with pytest.raises(InvalidCalendar, match=reason):
        WorkingCalendar(zone, {0: hours})
