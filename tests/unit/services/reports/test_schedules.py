"""Reports that come by the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.reports import (
    Pace,
    Period,
    ReportFormat,
    ScheduleNotFound,
    SqlReportRuns,
    SqlReportSchedules,
    TooManySchedules,
    Wanted,
)
from services.reports.schedules import MOST_SCHEDULES, next_moment, period_before
from tests.web_app import open_database

# A Saturday.
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(tmp_path / "penstock.db")
    yield opened
    opened.dispose()


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


def wanted(pace: Pace = Pace.DAILY, *, is_mailed: bool = False) -> Wanted:
    return Wanted("tickets", ReportFormat.CSV, "ru", pace, 6, is_mailed)


@pytest.mark.parametrize(
    ("pace", "hour", "expected"),
    [
        (Pace.DAILY, 6, datetime(2026, 11, 22, 6, tzinfo=UTC)),
        (Pace.DAILY, 10, datetime(2026, 11, 21, 10, tzinfo=UTC)),
        (Pace.WEEKLY, 6, datetime(2026, 11, 23, 6, tzinfo=UTC)),
        (Pace.MONTHLY, 0, datetime(2026, 12, 1, 0, tzinfo=UTC)),
    ],
)
def test_the_next_moment_is_the_first_that_fits(pace: Pace, hour: int, expected: datetime) -> None:
    assert next_moment(pace, hour, NOW) == expected
    assert next_moment(pace, hour, expected) > expected


@pytest.mark.parametrize(
    ("pace", "moment", "first", "last"),
    [
        (Pace.DAILY, NOW, date(2026, 11, 20), date(2026, 11, 20)),
        (Pace.WEEKLY, datetime(2026, 11, 23, 6, tzinfo=UTC), date(2026, 11, 16), date(2026, 11, 22)),
        (Pace.WEEKLY, datetime(2026, 11, 25, 6, tzinfo=UTC), date(2026, 11, 16), date(2026, 11, 22)),
        (Pace.MONTHLY, datetime(2027, 1, 1, 6, tzinfo=UTC), date(2026, 12, 1), date(2026, 12, 31)),
        (Pace.MONTHLY, datetime(2028, 3, 1, 6, tzinfo=UTC), date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_the_period_is_the_one_that_has_just_ended(pace: Pace, moment: datetime, first: date, last: date) -> None:
    assert period_before(pace, moment) == Period(first, last)


def test_a_due_report_is_asked_for_once_and_comes_again_the_next_day(engine: Engine) -> None:
    clock = Clock()
    runs = SqlReportRuns(engine, clock=clock)
    schedules = SqlReportSchedules(engine, runs, clock=clock)
    schedules.add(wanted(is_mailed=True), account_id="a", requested_by="anna")
    early = schedules.ask_due()
    # The clock slept for three days.
    clock.now = NOW + timedelta(days=3)

    asked = schedules.ask_due()

    assert early == []
    [run] = asked
    assert (run.report, run.format, run.language, run.account_id) == ("tickets", ReportFormat.CSV, "ru", "a")
    assert run.period == Period(date(2026, 11, 23), date(2026, 11, 23))
    assert schedules.ask_due() == []
    assert [each.run_id for each in runs.runs("a")] == [run.run_id]
    assert schedules.of("a")[0].next_at == datetime(2026, 11, 25, 6, tzinfo=UTC)


def test_a_clock_that_was_killed_before_it_set_the_next_moment_asks_for_the_same_run(engine: Engine) -> None:
    clock = Clock()
    runs = SqlReportRuns(engine, clock=clock)
    schedules = SqlReportSchedules(engine, runs, clock=clock)
    schedule = schedules.add(wanted(), account_id="a", requested_by="anna")
    clock.now = NOW + timedelta(days=1)

    first, second = schedules._ask(schedule, clock.now), schedules._ask(schedule, clock.now)

    assert first.run_id == second.run_id
    assert len(runs.runs("a")) == 1


def test_an_account_sees_and_removes_its_own_alone(engine: Engine) -> None:
    schedules = SqlReportSchedules(engine, SqlReportRuns(engine))
    mine = schedules.add(wanted(), account_id="a", requested_by="anna")

    with pytest.raises(ScheduleNotFound):
        schedules.remove(mine.schedule_id, "b")
    schedules.remove(mine.schedule_id, "a")

    assert schedules.of("a") == []


def test_nobody_has_schedules_without_end(engine: Engine) -> None:
    schedules = SqlReportSchedules(engine, SqlReportRuns(engine))
    for _ in range(MOST_SCHEDULES):
        schedules.add(wanted(), account_id="a", requested_by="anna")

    with pytest.raises(TooManySchedules):
        schedules.add(wanted(), account_id="a", requested_by="anna")
