"""Dates and times with an offset, as Zeebe reads them and in its words where it does not."""

from datetime import UTC, datetime

import pytest

from engine.bpmn.moments import parse_moment
from engine.processing.user_task_expressions import format_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2042-01-01T00:00Z", "2042-01-01T00:00:00"),
        ("2042-01-01T00:00:00+01", "2041-12-31T23:00:00"),
        ("2042-01-01T00:00:00-01:30:30", "2042-01-01T01:30:30"),
        ("2042-01-01t00:00:00.5z", "2042-01-01T00:00:00.500"),
        ("2042-01-01T00:00:00.Z", "2042-01-01T00:00:00"),
        ("2042-07-01T00:00:00Z[Europe/Berlin]", "2042-07-01T00:00:00"),
        ("2042-01-01T00:00:00+18:00", "2041-12-31T06:00:00"),
        ("2042-01-01T00:00:00Z[+01:00]", "2042-01-01T00:00:00"),
        ("2042-01-01T00:00:00Z[Z]", "2042-01-01T00:00:00"),
    ],
)
def test_a_moment_has_an_offset(text: str, moment: str) -> None:
    found = parse_moment(text)

    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert found.milliseconds == int(expected.timestamp() * 1000)
    assert found.local == expected


@pytest.mark.parametrize(
    ("text", "milliseconds"), [("-2030-01-01T00:00:00Z", -126227808000000), ("+12030-01-01T00:00:00Z", 317462976000000)]
)
def test_years_beyond_the_calendar_are_moments_that_are_not_written(text: str, milliseconds: int) -> None:
    found = parse_moment(text)

    assert found.milliseconds == milliseconds
    assert found.local is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("x", "could not be parsed at index 0"),
        ("2042-1-1T00:00:00Z", "could not be parsed at index 5"),
        ("2042-01-01", "could not be parsed at index 10"),
        ("2042-01-01T00:00:00", "could not be parsed at index 19"),
        ("2042-01-01T00:00:00+19:00", "could not be parsed at index 19"),
        ("2042-01-01T00:00:00+0100", "could not be parsed, unparsed text found at index 22"),
        ("2042-01-01T00:00:00Z[Nowhere]", "could not be parsed, unparsed text found at index 20"),
        ("2042-01-01T00:00:00Z[EST]", "could not be parsed, unparsed text found at index 20"),
        ("2042-13-01T00:00:00Z", "could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13"),
        ("2042-01-01T24:00:00Z", "could not be parsed: Invalid value for HourOfDay (valid values 0 - 23): 24"),
        ("2042-02-30T00:00:00Z", "could not be parsed: Invalid date 'FEBRUARY 30'"),
        ("2042-02-29T00:00:00Z", "could not be parsed: Invalid date 'February 29' as '2042' is not a leap year"),
    ],
)
def test_what_is_no_moment_is_refused_with_the_place(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match="could not be parsed") as refused:
        parse_moment(text)

    assert str(refused.value) == f"Text '{text}' {fault}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2042-01-01T00:00:00Z[UTC]", "2042-01-01T00:00Z[UTC]"),
        ("2042-07-01T00:00:00Z[Europe/Berlin]", "2042-07-01T02:00+02:00[Europe/Berlin]"),
        ("2042-01-01T00:00:05+01", "2042-01-01T00:00:05+01:00"),
    ],
)
def test_a_due_date_names_its_zone(text: str, written: str) -> None:
    local = parse_moment(text).local

    assert local is not None
    assert format_date(local) == written
