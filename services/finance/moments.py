"""Moments as the tables keep them: milliseconds in UTC."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """To the millisecond, as it comes back from the tables."""
    return from_ms(to_ms(datetime.now(UTC)))


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def from_ms(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def from_ms_or_none(at: int | None) -> datetime | None:
    return None if at is None else from_ms(at)
