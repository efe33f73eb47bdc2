"""What finance speaks of: projects, articles, postings, and the errors people see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from services.finance.months import Month

DEFAULT_TENANT = "<default>"


class ArticleKind(StrEnum):
    """Less income than planned is bad, less expense is good."""

    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True)
class Project:
    """`owner` is the username of who explains its deviations; empty: the finance group.

    One that was merged into another stays for what was booked on it; new rows that name it go to the other.
    """

    project_id: str
    name: str
    client: str = ""
    owner: str = ""
    aliases: tuple[str, ...] = ()
    merged_into: str = ""


class ProjectDirectory(Protocol):
    """Whose projects there are. Calls are short and blocking."""

    def projects(self) -> Sequence[Project]:
        """In the order in which people read them."""
        ...


@dataclass(frozen=True, slots=True)
class InMemoryProjects:
    """`ProjectDirectory` of a fixed list."""

    known: Sequence[Project]

    def projects(self) -> Sequence[Project]:
        return self.known


@dataclass(frozen=True, slots=True)
class Article:
    article_id: str
    name: str
    kind: ArticleKind
    position: int = 0


@dataclass(frozen=True, slots=True)
class NewPosting:
    """A fact to be entered: usual income and usual expense are both positive, what takes them back is negative."""

    project_id: str
    article_id: str
    booked_on: date
    amount: Decimal
    currency: str
    document: str = ""
    counterparty: str = ""
    text: str = ""

    @property
    def month(self) -> Month:
        return Month.of(self.booked_on)


@dataclass(frozen=True, slots=True)
class Posting:
    posting_id: str
    project_id: str
    article_id: str
    booked_on: date
    amount: Decimal
    currency: str
    document: str
    counterparty: str
    text: str
    entered_by: str
    entered_at: datetime
    # Empty for one entered by hand.
    import_id: str = ""
    row_number: int = 0


@dataclass(frozen=True, slots=True)
class Lock:
    """Who locked a month, on whose approval, and how it was unlocked if it was."""

    lock_id: str
    month: Month
    close_id: str
    checked_by: str
    locked_by: str
    locked_at: datetime
    digest: str
    unlock_reason: str = ""
    unlock_requested_by: str = ""
    unlock_requested_at: datetime | None = None
    unlocked_by: str = ""
    unlocked_at: datetime | None = None


class FinanceError(Exception):
    """Something a person asked of the finance room that cannot be done; the text says what and what to do."""


class MonthLocked(FinanceError):
    """A write into a month that is locked."""

    def __init__(self, lock: Lock) -> None:
        super().__init__(
            f"{lock.month} is locked: {lock.locked_by} locked it on {lock.locked_at:%Y-%m-%d %H:%M} UTC (lock {lock.lock_id}). "
            "Book into an open month, or ask for it to be unlocked: that takes a reason and two people."
        )
        self.lock = lock


class NotFound(FinanceError, LookupError):
    """Something named does not exist."""


class Invalid(FinanceError, ValueError):
    """A value that cannot be."""


class Refused(FinanceError):
    """The state of things, or who asks, does not allow it."""
