"""What an address may hold: fields left empty, days that the calendar can hold."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field


def _nothing_typed(value: object) -> object:
    return None if value == "" else value


# A form sends its empty fields too.
type Optional[T] = Annotated[T | None, BeforeValidator(_nothing_typed)]
type Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9998, 12, 31))]


def first_moment(day: date | None) -> datetime | None:
    """When a day begins, in UTC."""
    return None if day is None else datetime.combine(day, time.min, UTC)


def moment_after(day: date | None) -> datetime | None:
    """When a day is over, in UTC."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time.min, UTC)
