"""A month of the calendar, written `2026-03`."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH = re.compile(r"(\d{4})-(\d{2})")


class InvalidMonth(ValueError):
    """A text is no month."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1970 <= self.year <= 9990 and 1 <= self.number <= 12):
            raise InvalidMonth(f"{self.year}-{self.number} is no month between 1970-01 and 9990-12")

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Raises `InvalidMonth`."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise InvalidMonth(f"{text[:20]!r} is no month: write it as 2026-03")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def next(self) -> "Month":
        return self.plus(1)

    @property
    def previous(self) -> "Month":
        return self.plus(-1)

    def plus(self, months: int) -> "Month":
        years, month = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, month + 1)

    def days(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=1)

    def until(self, last: "Month") -> tuple["Month", ...]:
        """This month to the last one, both included; nothing where that lies before."""
        count = (last.year - self.year) * 12 + last.number - self.number + 1
        return tuple(self.plus(step) for step in range(max(0, count)))
