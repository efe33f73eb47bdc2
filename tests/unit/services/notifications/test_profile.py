"""Quiet hours and digests by the clock on somebody's wall."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications import DigestPace, InvalidProfile, Profile

BERLIN = "Europe/Berlin"
ZONES = ("UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia")
NIGHT = Profile(BERLIN, time(22), time(7))


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(BERLIN))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (berlin(2026, 11, 20, 21, 59), None),
        (berlin(2026, 11, 20, 22, 0), berlin(2026, 11, 21, 7)),
        (berlin(2026, 11, 21, 6, 59), berlin(2026, 11, 21, 7)),
        (berlin(2026, 11, 21, 7, 0), None),
    ],
)
def test_quiet_hours_span_midnight(now: datetime, until: datetime | None) -> None:
    assert NIGHT.quiet_until(now) == until


def test_quiet_hours_within_a_day() -> None:
    lunch = Profile(BERLIN, time(12), time(13))

    assert lunch.quiet_until(berlin(2026, 11, 20, 12, 30)) == berlin(2026, 11, 20, 13)
    assert lunch.quiet_until(berlin(2026, 11, 20, 13)) is None
    assert lunch.quiet_until(berlin(2026, 11, 20, 11, 59)) is None


def test_the_night_of_a_clock_change_has_its_own_length() -> None:
    shorter = NIGHT.quiet_until(berlin(2026, 3, 28, 22))
    longer = NIGHT.quiet_until(berlin(2026, 10, 24, 22))

    assert shorter is not None
    assert longer is not None
    assert shorter - berlin(2026, 3, 28, 22).astimezone(UTC) == timedelta(hours=8)
    assert longer - berlin(2026, 10, 24, 22).astimezone(UTC) == timedelta(hours=10)


def test_quiet_hours_that_end_in_a_missing_hour_end_after_it() -> None:
    until = Profile(BERLIN, time(0), time(2, 30)).quiet_until(berlin(2026, 3, 29, 1, 59))

    assert until == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    start=st.times(),
    end=st.times(),
)
def test_no_moment_is_held_for_ever_and_none_into_the_past(now: datetime, zone: str, start: time, end: time) -> None:
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    profile = Profile(zone, start, end)

    until = profile.quiet_until(now)

    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert profile.quiet_until(until) is None


@given(
    now=st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    at=st.times(),
    pace=st.sampled_from(DigestPace),
)
def test_the_next_digest_is_ahead_and_soon(now: datetime, zone: str, at: time, pace: DigestPace) -> None:
    profile = Profile(zone, digest=pace, digest_at=at.replace(second=0, microsecond=0))

    due = profile.next_digest(now)

    assert now < due <= now + timedelta(hours=1 if pace is DigestPace.HOURLY else 50)


def test_the_daily_digest_comes_at_its_hour_of_the_persons_zone() -> None:
    profile = Profile("Asia/Kolkata", digest_at=time(8, 30))

    assert profile.next_digest(datetime(2026, 11, 20, 2, 59, tzinfo=UTC)) == datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert profile.next_digest(datetime(2026, 11, 20, 3, 0, tzinfo=UTC)) == datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "", "../../etc/passwd", "Europe", "\0"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(InvalidProfile, match="time zone"):
        Profile(zone)


def test_quiet_hours_need_both_ends() -> None:
    with pytest.raises(InvalidProfile, match="end"):
        Profile("UTC", time(22), None)
