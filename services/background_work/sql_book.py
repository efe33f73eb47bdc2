"""The book of tasks in SQL: every change of a task's state is one conditional UPDATE, so two workers cannot both make it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Update, delete, func, insert, select, true, update

from services.background_work.book import DEFAULT_TENANT, DeadTaskUnknown, QueuedTask, TaskNotPutOff, TaskState
from services.background_work.moments import Clock, milliseconds, moment, moment_or_none, system_clock
from services.background_work.tables import background_task

TASK = background_task.c
CLAIM_SECONDS = 60.0
# A queue that holds a task longer is asked again after this, then after twice as long, and so on.
RESEND_SECONDS = 30.0
LONGEST_RESEND_SECONDS = 900.0
# An error is a hint for operators; a page of it belongs into the log.
ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class SqlTaskBook:
    """The tasks of one tenant; who runs them (`tenant_id` None) has those of all, and each says whose it is."""

    engine: Engine
    claim_seconds: float = CLAIM_SECONDS
    resend_seconds: float = RESEND_SECONDS
    clock: Clock = system_clock
    tenant_id: str | None = DEFAULT_TENANT

    def add(self, name: str, subject_id: str) -> str:
        task_id, now = uuid.uuid4().hex, milliseconds(self.clock)
        row = {
            "task_id": task_id,
            "tenant_id": self.tenant_id or DEFAULT_TENANT,
            "name": name,
            "subject_id": subject_id,
            "state": TaskState.QUEUED,
        }
        moments = {"queued_at": now, "due_at": now, "send_at": now + int(self.resend_seconds * 1000)}
        with self.engine.begin() as connection:
            connection.execute(insert(background_task).values(**row, **moments, attempts=0, sends=1, worker="", error=""))
        return task_id

    def to_send(self, limit: int = 200) -> Sequence[tuple[str, str]]:
        now = milliseconds(self.clock)
        due = select(TASK.task_id, TASK.name, TASK.sends).where(self._mine, TASK.state == TaskState.QUEUED, TASK.send_at <= now)
        with self.engine.begin() as connection:
            found = connection.execute(due.order_by(TASK.send_at).limit(limit)).all()
            return [(task_id, name) for task_id, name, sends in found if self._put_off(connection, task_id, sends, now)]

    def _put_off(self, connection: Connection, task_id: str, sends: int, now: int) -> bool:
        wait = min(self.resend_seconds * 2 ** min(sends, 16), LONGEST_RESEND_SECONDS)
        same = update(background_task).where(TASK.task_id == task_id, TASK.state == TaskState.QUEUED, TASK.sends == sends)
        return bool(connection.execute(same.values(send_at=now + int(wait * 1000), sends=sends + 1)).rowcount)

    def claim(self, task_id: str, worker: str) -> QueuedTask | None:
        now = milliseconds(self.clock)
        free = update(background_task).where(
            self._mine, TASK.task_id == task_id, TASK.state == TaskState.QUEUED, TASK.due_at <= now
        )
        values = {"state": TaskState.RUNNING, "attempts": TASK.attempts + 1, "started_at": now, "worker": worker}
        with self.engine.begin() as connection:
            if not connection.execute(free.values(**values, claimed_until=self._until(now))).rowcount:
                return None
            return _task(connection.execute(select(background_task).where(TASK.task_id == task_id)).one())

    def renew(self, task: QueuedTask) -> bool:
        return self._change(_run(task).values(claimed_until=self._until(milliseconds(self.clock))))

    def done(self, task: QueuedTask) -> bool:
        now = milliseconds(self.clock)
        return self._change(_run(task).values(state=TaskState.DONE, ended_at=now, claimed_until=None, error=""))

    def failed(self, task: QueuedTask, error: str, *, again_in_seconds: float | None) -> bool:
        now = milliseconds(self.clock)
        values: dict[str, object] = {"error": error[:ERROR_CHARACTERS], "claimed_until": None, "ended_at": now}
        if again_in_seconds is None:
            return self._change(_run(task).values(state=TaskState.DEAD, **values))
        due = now + int(again_in_seconds * 1000)
        return self._change(_run(task).values(state=TaskState.QUEUED, due_at=due, send_at=due, sends=0, **values))

    def hasten(self, task_id: str) -> None:
        now = milliseconds(self.clock)
        waiting = (self._mine, TASK.task_id == task_id, TASK.state == TaskState.QUEUED, TASK.due_at > now)
        if not self._change(update(background_task).where(*waiting).values(due_at=now, send_at=now, sends=0)):
            raise TaskNotPutOff(f"task {task_id[:64]!r} does not wait for its next attempt: it runs, is done or was given up")

    def lost(self) -> Sequence[QueuedTask]:
        now = milliseconds(self.clock)
        return self._tasks(TASK.state == TaskState.RUNNING, TASK.claimed_until <= now, order=TASK.claimed_until, limit=200)

    def dead_letters(self, limit: int = 50) -> Sequence[QueuedTask]:
        return self._tasks(TASK.state == TaskState.DEAD, order=TASK.ended_at.desc(), limit=limit)

    def unfinished(self, limit: int = 50) -> Sequence[QueuedTask]:
        running = self._tasks(TASK.state == TaskState.RUNNING, order=TASK.claimed_until, limit=limit)
        queued = self._tasks(TASK.state == TaskState.QUEUED, order=TASK.send_at, limit=limit)
        return [*running, *queued][:limit]

    def counts(self) -> dict[TaskState, int]:
        counted = select(TASK.state, func.count()).where(self._mine).group_by(TASK.state)
        with self.engine.connect() as connection:
            found = {TaskState(state): count for state, count in connection.execute(counted)}
        return {state: found.get(state, 0) for state in TaskState}

    def revive(self, task_id: str) -> None:
        if not self._change(self._revival(TASK.task_id == task_id)):
            raise DeadTaskUnknown(f"there is no dead letter {task_id[:64]!r}: it was sent again or dropped meanwhile")

    def revive_all(self) -> int:
        with self.engine.begin() as connection:
            return connection.execute(self._revival()).rowcount

    def drop(self, task_id: str) -> None:
        dead = delete(background_task).where(self._mine, TASK.task_id == task_id, TASK.state == TaskState.DEAD)
        with self.engine.begin() as connection:
            if not connection.execute(dead).rowcount:
                raise DeadTaskUnknown(f"there is no dead letter {task_id[:64]!r}: it was sent again or dropped meanwhile")

    def forget_done(self, *, older_than_days: float) -> int:
        before = milliseconds(self.clock) - int(older_than_days * 86_400_000)
        with self.engine.begin() as connection:
            old = delete(background_task).where(self._mine, TASK.state == TaskState.DONE, TASK.ended_at < before)
            return connection.execute(old).rowcount

    def _revival(self, *which: ColumnElement[bool]) -> Update:
        now = milliseconds(self.clock)
        dead = update(background_task).where(self._mine, TASK.state == TaskState.DEAD, *which)
        return dead.values(state=TaskState.QUEUED, attempts=0, sends=0, due_at=now, send_at=now, ended_at=None)

    def _tasks(self, *which: ColumnElement[bool], order: ColumnElement[Any], limit: int) -> list[QueuedTask]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(background_task).where(self._mine, *which).order_by(order).limit(limit)).all()
        return [_task(row) for row in rows]

    def _change(self, change: Update) -> bool:
        with self.engine.begin() as connection:
            return bool(connection.execute(change).rowcount)

    @property
    def _mine(self) -> ColumnElement[bool]:
        return true() if self.tenant_id is None else TASK.tenant_id == self.tenant_id

    def _until(self, now: int) -> int:
        return now + int(self.claim_seconds * 1000)


def _run(task: QueuedTask) -> Update:
    """The row, as long as it is this very run's: a worker that was given up cannot speak for its successor."""
    same = (TASK.task_id == task.task_id, TASK.state == TaskState.RUNNING, TASK.attempts == task.attempts)
    return update(background_task).where(*same, TASK.worker == task.worker)


def _task(row: Row[Any]) -> QueuedTask:
    return QueuedTask(
        task_id=row.task_id,
        name=row.name,
        subject_id=row.subject_id,
        state=TaskState(row.state),
        attempts=row.attempts,
        queued_at=moment(row.queued_at),
        due_at=moment(row.due_at),
        started_at=moment_or_none(row.started_at),
        ended_at=moment_or_none(row.ended_at),
        worker=row.worker,
        error=row.error,
        tenant_id=row.tenant_id,
    )
