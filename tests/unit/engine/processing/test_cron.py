"""When cron is due: the dates that the real engine named, seen from 2040-01-02T13:00:10Z and other days."""

from datetime import UTC, datetime

import pytest

from engine.processing.cron import NotSupported, parse_cron

MONDAY = datetime(2040, 1, 2, 13, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 0 0 15W * *", "2040-01-16"),
        ("0 0 0 1W * *", "2040-02-01"),
        ("0 0 0 1W 9 *", "2040-09-03"),
        ("0 0 0 31W * *", "2040-01-31"),
        ("0 0 0 LW 3 *", "2040-03-30"),
        ("0 0 0 LW 9 *", "2040-09-28"),
        ("0 0 0 L * *", "2040-01-31"),
        ("0 0 0 L-3 * *", "2040-01-28"),
        ("0 0 0 * * 5L", "2040-01-27"),
        ("0 0 0 * * 5#2", "2040-01-13"),
        ("0 0 0 13 * FRI", "2040-01-13"),
        ("0 0 0 15 * MON", "2040-10-15"),
        ("0 0 0 * * SUN", "2040-01-08"),
        ("0 0 0 * * 7", "2040-01-08"),
        ("0 0 0 29 2 ?", "2040-02-29"),
        ("0 0 0 29 2 MON", "2044-02-29"),
        ("0 0 0 1/10 * *", "2040-01-11"),
        ("0 0 0 /10 * *", "2040-01-11"),
        ("0 0 0 +5 * *", "2040-01-05"),
        ("0 0 0 5L * *", "2040-01-31"),
        ("0 0 0 15W,20W * *", "2040-01-15"),
        ("0 0 0 ? * MON,?", "2040-01-09"),
        ("0 0 0 * * L-FRI", "2040-01-08"),
    ],
)
def test_a_day_counts_when_both_fields_agree(text: str, due: str) -> None:
    found = parse_cron(text).after(MONDAY)

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("10 0 13 * * *", "2040-01-03T13:00:10"),
        ("11 0 13 * * *", "2040-01-02T13:00:11"),
        ("*/7 * * * * *", "2040-01-02T13:00:14"),
        ("0 5-50/5,3 * * * *", "2040-01-02T13:03:00"),
        ("0 0 9-17/2 * * MON-FRI", "2040-01-02T15:00:00"),
        ("59 59 23 31 12 *", "2040-12-31T23:59:59"),
        ("5 0 13 * * *", "2040-01-03T13:00:05"),
    ],
)
def test_a_time_of_day_is_the_next_one(text: str, due: str) -> None:
    found = parse_cron(text).after(MONDAY)

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["0 0 0 30 2 *", "0 0 0 L-31 * *", "0 0 0 * * 5#6", "0 0 0 31W 2 *", "0 0 0 ? * ?", "0 0 0 * * 5#0"]
)
def test_what_never_comes_has_no_date(text: str) -> None:
    found = parse_cron(text).after(MONDAY)

    assert found is None


def test_the_calendar_ends_with_the_year_9999() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

    found = parse_cron("0 0 0 * * *").after(last)

    assert found is None


@pytest.mark.parametrize(
    "text", ["* * * * *", "60 * * * * *", "0 0 0 x * *", "0 0 0 * * 8", "0 0 0 0 * *", "0 0 0 L-x * *", ""]
)
def test_what_is_no_cron_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_cron(text)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("0 0 0 L,15 * *", "2026-12-15"),
        ("0 0 0 LW,3 * *", "2026-12-03"),
        ("0 0 0 L-3,5 * *", "2026-12-05"),
        ("0 0 0 */10,L * *", "2026-12-01"),
        ("0 0 0 10-5 * *", "2026-12-10"),
        ("0 0 0 20-10/3 * *", "2026-12-20"),
        ("0 0 0 28-2,15 * *", "2026-12-15"),
        ("0 0 0 31-1 * *", "2026-12-31"),
        ("0 0 0 1 NOV-FEB *", "2027-11-01"),
        ("0 0 0 1 11-2,5 *", "2027-05-01"),
        ("0 0 0 * * L", "2026-11-22"),
        ("0 0 0 * * L,3", "2026-11-22"),
        ("0 0 0 * * 7/1", "2026-11-22"),
        ("0 0 0 * * FRI-MON", "2026-11-22"),
    ],
)
def test_a_list_or_a_span_that_ends_before_it_begins_is_read_as_zeebe_reads_it(text: str, due: str) -> None:
    found = parse_cron(text).after(datetime(2026, 11, 21, 22, 24, 20, tzinfo=UTC))

    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["0 0 22-3 * * *", "0 50-10/5 0 * * *", "50-10 0 0 * * *"])
def test_a_span_of_a_day_s_times_that_ends_before_it_begins_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        parse_cron(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 0 0 * * FRI-MON/2", "Collection is empty"),
        ("0 0 0 * * WED,SUN-SAT/1", "Collection is empty"),
        ("0 0 0 1-L * *", "Non integer values at intervals"),
        ("0 0 0 * * FRI-L/2", "Non integer values at intervals"),
        ("0 0 0 ?,5 * *", "QuestionMark not supported"),
    ],
)
def test_what_can_be_written_and_not_worked_out_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(NotSupported, match=reason):
        parse_cron(text)
