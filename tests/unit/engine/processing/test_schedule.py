"""When timers are due."""

from datetime import UTC, datetime

import pytest

from engine.processing.schedule import InvalidSchedule, parse_cycle, parse_date, parse_duration


def milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("PT10S", "2026-01-31T00:00:10"),
        ("PT0.5S", "2026-01-31T00:00:00.500"),
        ("P1DT2H3M", "2026-02-01T02:03:00"),
        ("P1M", "2026-02-28T00:00:00"),
        ("P1Y1M", "2027-02-28T00:00:00"),
        ("P2W", "2026-02-14T00:00:00"),
        ("-PT1M", "2026-01-30T23:59:00"),
    ],
)
def test_a_duration_ends_on_the_calendar(text: str, after: str) -> None:
    start = milliseconds("2026-01-31T00:00:00")

    end = parse_duration(text).after(start)

    assert end == milliseconds(after)


@pytest.mark.parametrize("text", ["", "P", "PT", "P1DT", "10S", "PT10", "PT1.5H", "P" + "9" * 80 + "D", "PT\u0661S"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchedule):
        parse_duration(text)


@pytest.mark.parametrize("text", ["P999999Y", "P999999999D", "P2147483647M"])
def test_a_duration_beyond_the_calendar_stops_at_its_end(text: str) -> None:
    after = parse_duration(text).after(0)

    assert after == milliseconds("9999-12-31T23:59:59")


def test_a_duration_before_the_calendar_is_refused() -> None:
    with pytest.raises(InvalidSchedule):
        parse_duration("-P999999Y").after(0)


@pytest.mark.parametrize(("small", "capital"), [("p1y2m3w4d", "P1Y2M3W4D"), ("-p1d", "-P1D"), ("pT1h5m6.5s", "PT1H5M6.5S")])
def test_a_duration_may_be_written_small_but_for_its_t(small: str, capital: str) -> None:
    duration = parse_duration(small)

    assert duration == parse_duration(capital)
    with pytest.raises(InvalidSchedule):
        parse_duration(capital.lower().replace("d", "dt1h") if "T" not in capital else capital.lower())


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T01:00+01:00[Europe/Berlin]"])
def test_a_date_is_a_moment(text: str) -> None:
    moment = parse_date(text)

    assert moment == milliseconds("2026-01-01T00:00:00")


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00", "soon", "2026-13-01T00:00:00Z"])
def test_a_date_without_time_or_zone_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchedule):
        parse_date(text)


def test_a_cycle_repeats_as_often_as_it_says() -> None:
    cycle = parse_cycle("R3/PT10S")

    assert cycle.repetitions == 3
    assert cycle.first(0) == 10_000
    assert cycle.due(10_000) == 20_000


def test_a_cycle_may_begin_at_a_date() -> None:
    cycle = parse_cycle("R/2026-01-01T00:00:00Z/P1D")

    assert cycle.repetitions == -1
    assert cycle.first(milliseconds("2025-06-01T00:00:00")) == milliseconds("2026-01-01T00:00:00")


def test_a_cycle_may_be_cron_with_seconds() -> None:
    cycle = parse_cycle("0 0 9 * * *")

    assert cycle.due(milliseconds("2026-01-01T09:00:00")) == milliseconds("2026-01-02T09:00:00")
    assert parse_cycle("@hourly").due(milliseconds("2026-01-01T09:30:00")) == milliseconds("2026-01-01T10:00:00")


@pytest.mark.parametrize("text", ["R", "R3", "R3/P1D/P1D/P1D", "Rx/PT1S", "* * * * *", "99 * * * * *", "every day", "R3/"])
def test_what_is_no_cycle_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchedule):
        parse_cycle(text)


@pytest.mark.parametrize("text", ["+999999999-01-01T00:00:00Z", "-999999999-01-01T00:00:00Z", "+292278995-01-01T00:00:00Z"])
def test_a_date_that_64_bits_cannot_count_to_is_refused(text: str) -> None:
    with pytest.raises(InvalidSchedule):
        parse_date(text)


@pytest.mark.parametrize("text", ["PT-9223372036854775807S", "-PT9223372036854775807S", "-P2147483647D"])
def test_a_duration_never_ends_before_64_bits_begin(text: str) -> None:
    after = parse_duration(text).after(0)

    assert after >= -(2**63)
