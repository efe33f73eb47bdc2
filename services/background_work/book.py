"""The ports of background work and what they speak of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

DEFAULT_TENANT = "<default>"


class TaskState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class DeadTaskUnknown(Exception):
    """There is no dead letter of this id: it was sent again, or dropped, or never was."""


class TaskNotPutOff(Exception):
    """A task does not wait for its next attempt: it is on its way, runs, was done or given up, or never was."""


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """One task in the book; `attempts` counts the one that runs now."""

    task_id: str
    name: str
    subject_id: str
    state: TaskState
    attempts: int
    queued_at: datetime
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    worker: str
    error: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class TickRun:
    """The last run of a task that the clock starts."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    runs: int
    failures: int
    worker: str
    error: str


class TaskBook(Protocol):
    """Where tasks are written down before any queue hears of them."""

    def add(self, name: str, subject_id: str) -> str:
        """Write a task down, which is sent next; returns its id."""
        ...

    def to_send(self, limit: int = 200) -> Sequence[tuple[str, str]]:
        """Ids and names whose time to be sent has come; each is put off, longer every time, in case the queue loses it."""
        ...

    def claim(self, task_id: str, worker: str) -> QueuedTask | None:
        """Take a task for one run; None where it is not to be run: done, dead, being run, not due, unknown."""
        ...

    def renew(self, task: QueuedTask) -> bool:
        """Say that a run goes on; False when the task is no longer this run's."""
        ...

    def done(self, task: QueuedTask) -> bool: ...

    def failed(self, task: QueuedTask, error: str, *, again_in_seconds: float | None) -> bool:
        """Put the task off, or lay it with the dead letters where there is no further attempt."""
        ...

    def lost(self) -> Sequence[QueuedTask]:
        """Tasks whose worker has not been heard of."""
        ...

    def hasten(self, task_id: str) -> None:
        """Let the next attempt of a task that was put off be made now. Raises TaskNotPutOff."""
        ...

    def dead_letters(self, limit: int = 50) -> Sequence[QueuedTask]: ...

    def unfinished(self, limit: int = 50) -> Sequence[QueuedTask]: ...

    def counts(self) -> dict[TaskState, int]: ...

    def revive(self, task_id: str) -> None:
        """Queue a dead letter again, with all its attempts before it. Raises DeadTaskUnknown."""
        ...

    def revive_all(self) -> int: ...

    def drop(self, task_id: str) -> None:
        """Forget a dead letter. Raises DeadTaskUnknown."""
        ...

    def forget_done(self, *, older_than_days: float) -> int: ...


class Schedule(Protocol):
    """The runs of tasks that the clock starts: at most one at a time each, asked for by the present beat."""

    def begin(self, name: str, *, token: int, worker: str, gap_seconds: float = 0) -> int | None:
        """The number of this run; None where another is under way, or began within the gap, or a newer beat has spoken."""
        ...

    def renew(self, name: str, run: int) -> None: ...

    def end(self, name: str, run: int, error: str = "") -> None: ...

    def runs(self) -> Sequence[TickRun]: ...
