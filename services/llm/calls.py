"""The log of calls to models: what was asked of whom, what it took, how it ended. No word of question or answer is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """`ANSWERED` at once, `REPAIRED` at the second attempt, `REFUSED` as no answer to the question; the rest are failures."""

    ANSWERED = "answered"
    REPAIRED = "repaired"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    AWAY = "away"
    BUSY = "busy"
    BROKEN = "broken"
    REJECTED = "rejected"
    CIRCUIT_OPEN = "circuit_open"


GOOD = frozenset({Outcome.ANSWERED, Outcome.REPAIRED})


@dataclass(frozen=True, slots=True)
class Call:
    """`cost` is in millionths of the currency. `problem` says by which rule an answer was refused, without its words."""

    call_id: str
    tenant: str
    task: str
    subject: str
    route: str
    endpoint: str
    model: str
    prompt: str
    prompt_version: int
    prompt_sha256: str
    decision_id: str
    outcome: Outcome
    problem: str
    prompt_tokens: int
    completion_tokens: int
    cost: int
    latency_ms: int
    tries: int
    confidence: float | None
    created_at: datetime

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class CallSummary:
    """The calls of one model and prompt version since a moment."""

    endpoint: str
    model: str
    task: str
    prompt_version: int
    calls: int
    good: int
    tokens: int
    cost: int
    mean_latency_ms: float


class CallLog(Protocol):
    """Where calls are kept, and with them what a tenant has used this month. Calls are short and blocking."""

    def used(self, tenant: str, month: str) -> int:
        """Tokens used in a month such as 2026-11."""
        ...

    def record(self, call: Call) -> int:
        """Keep a call; returns the tokens its tenant used this month, this call included."""
        ...

    def latest(self, tenant: str, limit: int = 20) -> Sequence[Call]: ...

    def summaries(self, tenant: str, since: datetime) -> Sequence[CallSummary]:
        """The most calls first."""
        ...


def month_of(moment: datetime) -> str:
    return moment.strftime("%Y-%m")
