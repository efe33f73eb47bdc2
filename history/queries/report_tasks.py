"""User tasks as reports count them, as a stream: every one that a period touches."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, or_, select

from history.queries.reader import Reader, maybe_moment, milliseconds_of, moment
from history.queries.user_tasks import COMPLETED
from history.tables import process_definition, user_task, variable

BATCH = 1000
PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class ReportTask:
    """A user task; `priority` is the variable of that name of its process instance, empty where it has none."""

    key: int
    name: str
    process_name: str
    state: str
    assignee: str
    candidate_groups: tuple[str, ...]
    priority: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None


class ReportTaskQueries(Reader):
    """Streams of one tenant's user tasks, oldest first; each holds a connection until it is read to the end or closed."""

    def tasks_worked_on(self, start: datetime, end: datetime) -> Iterator[ReportTask]:
        """Tasks completed from `start` up to, not including, `end`, and those open at the end."""
        columns, first, last = user_task.c, milliseconds_of(start), milliseconds_of(end)
        completed = and_(columns.state == COMPLETED, columns.ended_at >= first, columns.ended_at < last)
        is_open = and_(columns.created_at < last, or_(columns.ended_at.is_(None), columns.ended_at >= last))
        return self._stream(or_(completed, is_open))

    def _stream(self, condition: ColumnElement[bool]) -> Iterator[ReportTask]:
        # A variable of the instance itself has the instance as its scope.
        priority = and_(variable.c.scope_key == user_task.c.process_instance_key, variable.c.name == PRIORITY)
        same_instance = variable.c.process_instance_key == user_task.c.process_instance_key
        joined = user_task.outerjoin(
            process_definition, process_definition.c.key == user_task.c.process_definition_key
        ).outerjoin(variable, and_(same_instance, priority))
        statement = (
            select(user_task, process_definition.c.name.label("process_name"), variable.c.value.label("priority"))
            .select_from(joined)
            .where(self._mine(user_task), condition)
            .order_by(user_task.c.created_at, user_task.c.key)
        )
        with (
            self._engine.connect() as connection,
            connection.execute(statement, execution_options={"yield_per": BATCH}) as rows,
        ):
            for row in rows:
                yield _report_task(row)


def _report_task(row: Row[Any]) -> ReportTask:
    return ReportTask(
        row.key,
        row.name or row.element_id,
        row.process_name or row.bpmn_process_id,
        row.state,
        row.assignee,
        msgspec.json.decode(row.candidate_groups, type=tuple[str, ...]),
        _word(row.priority),
        moment(row.created_at),
        maybe_moment(row.due_at),
        maybe_moment(row.ended_at),
    )


def _word(value: str | None) -> str:
    """A variable's JSON as one word; null and what is missing are none."""
    if value is None or value == "null":
        return ""
    try:
        decoded = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value
    return decoded if isinstance(decoded, str) else value
