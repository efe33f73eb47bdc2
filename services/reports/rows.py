"""The rows that reports are made of. Moments are in UTC, durations in milliseconds."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket that came in during the period."""

    ticket_id: str
    created_at: datetime
    source: str
    status: str
    category: str
    priority: str
    team: str
    customer: str
    subject: str
    text: str
    outcome: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One user task; `state` is CREATED, COMPLETED or CANCELED."""

    key: int
    name: str
    process: str
    state: str
    assignee: str
    groups: tuple[str, ...]
    priority: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise of one SLA clock; `promise` is reply or resolution, and all times are the team's working time."""

    subject_id: str
    subject: str
    promise: str
    priority: str
    team: str
    started_at: datetime
    due_at: datetime
    done_at: datetime | None
    promised_ms: int
    # Until it was done, or until now.
    used_ms: int
    # After the due time; 0 where it was done by then.
    late_ms: int


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element of a process with its numbers over the period; the process as a whole is of type PROCESS."""

    process: str
    element_id: str
    name: str
    element_type: str
    entered: int
    completed: int
    active: int
    incidents: int
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class PlanFactRow:
    """One cell of plan and fact in the base currency; `month` as 2026-03, `kind` is income or expense."""

    month: str
    client: str
    project: str
    kind: str
    article: str
    plan: Decimal
    fact: Decimal
    # accept, explain, or empty where nobody has judged.
    verdict: str = ""
    explanation: str = ""
    explained_by: str = ""


@dataclass(frozen=True, slots=True)
class MonthLockRow:
    month: str
    lock_id: str
    locked_by: str
    locked_at: datetime
    unlock_requested_by: str = ""
    unlocked_by: str = ""
    unlocked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One drafted reply; `verdict` is open, accepted, edited, rejected or ignored."""

    created_at: datetime
    ticket_id: str
    category: str
    language: str
    model: str
    prompt: str
    prompt_version: int
    confidence: float
    verdict: str
    likeness: float | None
    reason: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class ModelUseRow:
    """Calls to one model for one task; `believed` were answered in the asked shape, `cost` is in the currency."""

    model: str
    task: str
    calls: int
    believed: int
    tokens: int
    cost: Decimal
    mean_ms: float
