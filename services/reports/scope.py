"""What a report is about: its period, its language and the moment its rows were asked for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

# Days before and after these are typing errors.
EARLIEST, LATEST = date(1970, 1, 1), date(9998, 12, 31)


class InvalidPeriod(ValueError):
    """A period ends before it begins, or lies outside the calendar."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, the last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidPeriod(f"the period ends on {self.last}, before it begins on {self.first}: exchange the two days")
        if self.first < EARLIEST or self.last > LATEST:
            raise InvalidPeriod(f"a period lies between {EARLIEST} and {LATEST}; this one is {self.first} to {self.last}")

    @property
    def start(self) -> datetime:
        """The first moment of it."""
        return datetime.combine(self.first, time.min, UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time.min, UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """`asked_at` is when the rows were read: what is open or overdue is so at this moment."""

    period: Period
    asked_at: datetime
    language: str = "en"

    @property
    def end(self) -> datetime:
        """The moment that counts for what was still open: the period's end, or now where that is yet to come."""
        return min(self.period.end, self.asked_at)
