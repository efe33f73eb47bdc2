"""A month's close: how far it is, which deviations it found, who said what about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from services.finance.months import Month
from services.finance.nouns import FinanceError


class CloseState(StrEnum):
    COLLECTING = "collecting"
    RETURNED = "returned"
    APPROVING = "approving"
    APPROVED = "approved"
    LOCKED = "locked"
    ABANDONED = "abandoned"


UNFINISHED = (CloseState.COLLECTING, CloseState.RETURNED, CloseState.APPROVING, CloseState.APPROVED)


class Verdict(StrEnum):
    """What the table of tolerances says of a deviation."""

    ACCEPT = "accept"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Close:
    """One run of the process for a month; `note` is what was said when it was last sent back."""

    close_id: str
    month: Month
    state: CloseState
    version_id: str
    opened_by: str
    opened_at: datetime
    process_instance_key: int | None
    checked_by: str = ""
    approved_by: str = ""
    note: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Plan and fact of an article in a project's month, as they were when they were collected."""

    month: Month
    project_id: str
    article_id: str
    plan: Decimal
    fact: Decimal
    verdict: Verdict = Verdict.EXPLAIN
    reason: str = ""
    explanation: str = ""
    explained_by: str = ""
    explained_at: datetime | None = None

    @property
    def amount(self) -> Decimal:
        return self.fact - self.plan

    @property
    def is_open(self) -> bool:
        return self.verdict is Verdict.EXPLAIN and not self.explained_by


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message for the engine, kept until it has taken it."""

    message_id: str
    name: str
    correlation_key: str
    variables: Mapping[str, str]


class InputsChanged(FinanceError):
    """What was checked is no longer what is there."""

    def __init__(self, month: Month) -> None:
        super().__init__(f"the numbers of {month} changed after they were checked: they are collected and checked again")


class AlreadyClosing(FinanceError):
    """A month that is locked, or whose close is under way."""


class MessagePublisher(Protocol):
    """Publishes a Zeebe message; the same `message_id` twice is published once."""

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, str]) -> None: ...


class CloseNotifier(Protocol):
    """Tells people; the same request tells them once. Calls are short and blocking."""

    def explanation_overdue(self, close: Close, project_name: str, owner: str, count: int) -> None: ...

    def month_closed(self, close: Close, lock_id: str) -> None: ...


class CloseReports(Protocol):
    """Has the reports of a locked month made."""

    def request(self, close: Close) -> Sequence[str]:
        """The reports' run ids; asked again for the same close, the same reports."""
        ...


class AccountingRefused(FinanceError):
    """The accounting system does not close or reopen its period, and says why."""


class AccountingPeriods(Protocol):
    """Periods of a foreign accounting system that follow ours. Both ways may be done twice."""

    async def close(self, month: Month) -> str:
        """What was closed, empty where there is no such system. Raises `AccountingRefused`."""
        ...

    async def reopen(self, month: Month) -> str:
        """What was opened again. Raises `AccountingRefused`."""
        ...


class NoAccounting:
    """`AccountingPeriods` where no accounting system is connected."""

    async def close(self, month: Month) -> str:  # noqa: ARG002  # the port's
        return ""

    async def reopen(self, month: Month) -> str:  # noqa: ARG002  # the port's
        return ""
