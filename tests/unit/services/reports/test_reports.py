"""What the reports count."""

from datetime import date, timedelta

import pytest

from services.reports import InvalidPeriod, Period, performers_report, process_performance_report, sla_report, tickets_report
from services.reports.document import Report
from tests.unit.services.reports.report_rows import HOUR, NOON, make_element, make_promise, make_scope, make_task, make_ticket


def summary(report: Report) -> dict[str, dict[object, tuple]]:
    """The rows of each summary table by their first cell, once everything was read."""
    list(report.rows.rows)
    return {table.key: {row[0]: tuple(row[1:]) for row in table.rows} for table in report.summary()}


def test_tickets_are_counted_by_team_category_and_day() -> None:
    tickets = [
        make_ticket(1),
        make_ticket(2, status="closed", closed_at=NOON + HOUR),
        make_ticket(3, status="closed", closed_at=NOON + 3 * HOUR, team="", created_at=NOON + timedelta(days=1)),
    ]

    found = summary(tickets_report(tickets, make_scope()))

    hour = 3_600_000
    assert found["by_team"] == {"service-desk": (2, 1, hour, hour), "–": (1, 1, 0, 0)}
    assert found["by_category"]["access"][:2] == (3, 2)
    assert list(found["by_day"]) == ["2026-11-03", "2026-11-04"]


def test_percentiles_are_exact_by_nearest_rank() -> None:
    tickets = [make_ticket(n, status="closed", closed_at=NOON + timedelta(milliseconds=n)) for n in range(1, 101)]

    found = summary(tickets_report(tickets, make_scope()))

    assert found["by_team"]["service-desk"] == (100, 100, 50, 95)


def test_performers_counts_a_task_completed_in_the_period_and_one_open_at_its_end() -> None:
    after = make_scope().period.end + HOUR
    tasks = [
        make_task(1, state="COMPLETED", assignee="ada", ended_at=NOON + HOUR, groups=("a", "b")),
        make_task(2, assignee="ada"),
        # Completed after the period: open at its end.
        make_task(3, state="COMPLETED", assignee="bob", ended_at=after),
        # Neither.
        make_task(4, state="CANCELED", assignee="ada", ended_at=NOON),
        make_task(5, assignee="ada", created_at=after),
    ]

    found = summary(performers_report(tasks, make_scope()))

    assert found["by_person"] == {"ada": (1, 1, 3_600_000, 3_600_000), "bob": (0, 1, None, None)}
    assert found["by_group"]["a"] == found["by_group"]["b"] == (1, 0, 3_600_000, 3_600_000)


def test_a_promise_is_broken_by_the_first_moment_of_working_time_after_it() -> None:
    promises = [
        make_promise(1),
        make_promise(2, done_at=NOON + HOUR, late_ms=1),
        # Late by the clock on the wall, yet nobody worked in between.
        make_promise(3, done_at=NOON + HOUR),
        make_promise(4, done_at=None, late_ms=0),
    ]

    report = sla_report(promises, make_scope())
    rows = list(report.rows.rows)
    found = {table.key: {row[0]: tuple(row[1:]) for row in table.rows} for table in report.summary()}

    assert found["by_priority"] == {"high": (2, 2, 0, 0.5)}
    assert [row[-1] for row in rows] == [None, 1, None, 0]


def test_what_is_not_yet_due_is_no_part_of_the_share() -> None:
    scope = make_scope()
    early = type(scope)(scope.period, NOON, "en")

    found = summary(sla_report([make_promise(due_at=NOON + HOUR, done_at=None, promise="reply")], early))

    assert found["by_team"] == {"service-desk": (0, 0, 1, None)}
    assert found["by_promise"] == {"Reply": (0, 0, 1, None)}


def test_process_performance_sums_up_whole_processes_apart_from_elements() -> None:
    process = make_element("triage", element_type="PROCESS", entered=7, completed=6)

    report = process_performance_report([process, make_element()], make_scope())
    rows = list(report.rows.rows)

    assert [row[1] for row in rows] == ["decide"]
    assert [table.rows for table in report.summary()] == [[("Ticket triage", 7, 6, 1, 0, 1000.0, 2000.0)]]


def test_a_period_that_runs_backwards_is_refused() -> None:
    with pytest.raises(InvalidPeriod, match="exchange"):
        Period(date(2026, 11, 2), date(2026, 11, 1))


def test_the_house_s_own_words_are_in_the_reader_s_language_and_others_stay() -> None:
    tickets = [make_ticket(1, status="assigned", priority="high"), make_ticket(2, status="parked", priority="P1")]

    rows = [list(tickets_report(tickets, make_scope(language=each)).rows.rows) for each in ("en", "ru")]

    assert [[(row[3], row[5]) for row in each] for each in rows] == [
        [("assigned", "high"), ("parked", "P1")],
        [("Назначено", "Высокий"), ("parked", "P1")],
    ]
