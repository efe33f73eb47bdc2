"""Moments as FEEL writes them into variables: ISO 8601 with an offset, or with a zone's name behind an at sign.

Zeebe writes `string(now())` as `2026-03-01T09:00:00.123@Etc/UTC`, a date and time in JSON as `2026-03-01T09:00:00Z[Etc/UTC]`.
"""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator


def read_moment(value: object) -> object:
    """A text as a moment in UTC, to the millisecond; anything else as it is."""
    if not isinstance(value, str):
        return value
    text, _, zone_name = value.partition("[")[0].partition("@")
    at = datetime.fromisoformat(text)
    if zone_name:
        at = at.replace(tzinfo=_zone(zone_name))
    if at.tzinfo is None:
        raise ValueError(f"{value[:60]!r} has no zone: write now() or a time with its offset")
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"no time zone is called {name[:60]!r}") from error


type Moment = Annotated[datetime, BeforeValidator(read_moment)]


def write_moment(at: datetime | None) -> str | None:
    """As FEEL's `date and time()` reads it."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
