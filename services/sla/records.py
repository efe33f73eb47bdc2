"""What is kept about a promise: the clock of one subject, its pauses, the changes of its targets and why, what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.sla.promises import Promise


class PauseReason(StrEnum):
    """For whom the work waits while the clock stands."""

    CUSTOMER = "WAITING_FOR_CUSTOMER"
    SUPPLIER = "WAITING_FOR_SUPPLIER"
    OTHER = "WAITING_FOR_OTHERS"


class ChangeKind(StrEnum):
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    PRIORITY = "PRIORITY"
    REPLIED = "REPLIED"
    # The team's hours or holidays are other ones now; the due times are worked out already.
    CALENDAR = "CALENDAR"


class TargetReason(StrEnum):
    """Why the targets of a subject are what they are."""

    STARTED = "STARTED"
    REOPENED = "REOPENED"
    PRIORITY = "PRIORITY"
    PAUSED = "PAUSED"
    RESUMED = "RESUMED"
    # Another team, another customer, or another row of the decision table.
    AGREEMENT = "AGREEMENT"
    CALENDAR = "CALENDAR"


class StepKind(StrEnum):
    REMINDED = "REMINDED"
    MISSED = "MISSED"
    ESCALATED = "ESCALATED"
    REASSIGNED = "REASSIGNED"
    ACKNOWLEDGED = "ACKNOWLEDGED"


class ClockUnknown(LookupError):
    """No clock was ever started for a subject."""

    def __init__(self, subject_id: str) -> None:
        super().__init__(f"no SLA clock was started for {subject_id[:80]!r}")
        self.subject_id = subject_id


class ClockEnded(Exception):
    """A clock that has ended takes no changes."""

    def __init__(self, subject_id: str) -> None:
        super().__init__(f"the SLA clock of {subject_id[:80]!r} has ended; it starts again when the work is taken up again")
        self.subject_id = subject_id


@dataclass(frozen=True, slots=True)
class SlaClock:
    """The promises about one subject, say a ticket. A due time is None while the clock stands before it."""

    subject_id: str
    # What kind of thing it is: "ticket"; and the line by which people know it.
    subject_type: str
    subject: str
    team: str
    lead: str
    priority: str
    customer: str
    process_instance_key: int
    started_at: datetime
    reply_within: timedelta
    resolve_within: timedelta
    # Grows with every change of what is promised, not with pauses.
    revision: int = 1
    reply_due_at: datetime | None = None
    resolve_due_at: datetime | None = None
    replied_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str = ""
    ended_at: datetime | None = None
    outcome: str = ""

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.paused_at is None

    def within(self, promise: Promise) -> timedelta:
        return self.reply_within if promise == Promise.REPLY else self.resolve_within

    def due_at(self, promise: Promise) -> datetime | None:
        return self.reply_due_at if promise == Promise.REPLY else self.resolve_due_at


@dataclass(frozen=True, slots=True)
class ClockPause:
    started_at: datetime
    ended_at: datetime | None
    reason: str
    note: str
    started_by: str
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class TargetChange:
    """One line of the history of targets: what they were, what they are, why, and by whom."""

    at: datetime
    reason: TargetReason
    note: str
    who: str
    revision: int
    priority: str
    reply_due_at: datetime | None
    resolve_due_at: datetime | None
    old_priority: str | None = None
    old_reply_due_at: datetime | None = None
    old_resolve_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What was done about a promise; the `request_id` keeps it from being done twice."""

    request_id: str
    at: datetime
    kind: StepKind
    promise: Promise
    share: int
    revision: int
    told: tuple[str, ...] = ()
    who: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A wish about a running clock; the `change_id` keeps it from being carried out twice."""

    change_id: str
    subject_id: str
    kind: ChangeKind
    at: datetime
    who: str = ""
    reason: str = ""
    note: str = ""
    priority: str = ""
