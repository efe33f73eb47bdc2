"""The SLA report over clocks as they are kept, on each database: its lateness by hand, its totals by SQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, text

from bootstrap.sla_report import promise_rows
from history.database import open_engine
from services.reports import Period, Scope, sla_report
from services.sla import ClockPause, Holiday, SlaClock, SqlCalendars, SqlClockBook, TeamCalendar
from services.sla.tables import metadata

# Monday.
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
SCOPE = Scope(Period(date(2026, 11, 1), date(2026, 11, 30)), datetime(2026, 12, 1, 9, tzinfo=UTC))
TEAM = "desk"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = open_engine(database_url)
    metadata.create_all(made)
    calendars = SqlCalendars(made)
    calendars.save(TeamCalendar(TEAM, "UTC", dict.fromkeys(range(5), ((time(9), time(17)),))))
    calendars.add_holidays(TEAM, [Holiday(date(2026, 11, 4), "Unity Day")])
    yield made
    made.dispose()


def keep(engine: Engine, number: int, due_at: datetime, ended_at: datetime | None, *pauses: ClockPause, **changes) -> None:
    values = {
        "subject_id": f"T-{number}",
        "subject_type": "ticket",
        "subject": "Printer",
        "team": TEAM,
        "lead": "lead",
        "priority": "high",
        "customer": "",
        "process_instance_key": number,
        "started_at": MONDAY.replace(hour=9),
        "reply_within": timedelta(hours=1),
        "resolve_within": timedelta(hours=8),
        "revision": 1,
        "reply_due_at": MONDAY.replace(hour=10),
        "resolve_due_at": due_at,
        "replied_at": ended_at and min(ended_at, MONDAY.replace(hour=9, minute=30)),
        "paused_at": None,
        "pause_reason": "",
        "ended_at": ended_at,
        "outcome": "",
    }
    with SqlClockBook(engine).open() as pages:
        pages.put(SlaClock(**(values | changes)))
        for each in pauses:
            pages.begin_pause(f"T-{number}", each)


def test_lateness_is_working_time_and_the_totals_are_those_of_sql(engine: Engine) -> None:
    evening, tuesday = MONDAY.replace(hour=17), MONDAY + timedelta(days=1)
    waited = ClockPause(tuesday.replace(hour=9), tuesday.replace(hour=11), "WAITING_FOR_CUSTOMER", "", "", "")
    # Done in the evening, after hours: kept. On Thursday at ten, over Tuesday and the holiday: nine hours late.
    keep(engine, 1, evening, MONDAY.replace(hour=22))
    keep(engine, 2, evening, MONDAY + timedelta(days=3, hours=10))
    # The same with two hours of waiting for the customer.
    keep(engine, 3, evening, MONDAY + timedelta(days=3, hours=10), waited, team=TEAM)
    keep(engine, 4, SCOPE.period.end, None, replied_at=MONDAY.replace(hour=9, minute=5))

    report = sla_report(promise_rows(engine, SCOPE), SCOPE)
    rows = list(report.rows.rows)
    by_promise = {row[0]: row[1:4] for table in report.summary() if table.key == "by_promise" for row in table.rows}

    late = {row[0]: row[-1] for row in rows if row[2] == "Resolution"}
    assert late == {"T-1": None, "T-2": 9 * 3_600_000, "T-3": 7 * 3_600_000}
    assert by_promise == {"Reply": (4, 0, 0), "Resolution": (1, 2, 0)}
    with engine.connect() as connection:
        due = "SELECT count(*) FROM sla_clock WHERE {0} >= :first AND {0} < :last"
        span = {"first": SCOPE.period.start.timestamp() * 1000, "last": SCOPE.period.end.timestamp() * 1000}
        counted = [connection.execute(text(due.format(name)), span).scalar_one() for name in ("reply_due_at", "resolve_due_at")]
    assert [sum(by_promise["Reply"]), sum(by_promise["Resolution"])] == counted


def test_more_clocks_than_one_batch_are_each_told_once(engine: Engine) -> None:
    for number in range(1203):
        keep(engine, number, MONDAY.replace(hour=17), MONDAY.replace(hour=12))

    rows = list(promise_rows(engine, SCOPE))

    assert len(rows) == 2406
    assert len({(row.subject_id, row.promise) for row in rows}) == 2406
