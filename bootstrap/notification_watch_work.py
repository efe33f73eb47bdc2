"""What the watch tells of work that waits or was given up: change sets to approve, background tasks that failed."""

from datetime import UTC
from typing import Any

from sqlalchemy import Engine, func, select

from api.change_access import APPROVERS
from services.background_work import TaskState
from services.background_work.tables import background_schedule, background_task
from services.changes import Action, ItemState
from services.changes.tables import change_event, change_item, change_set
from services.identity import DEFAULT_TENANT, Role
from services.notifications import Event, Notifications, group, role
from services.notifications.moments import from_ms

# The clock starts a task again soon: one failure may be a database that was away for a moment.
FAILURES_IN_A_ROW = 3


def tell_of_waiting_changes(engine: Engine, notifications: Notifications, since: int, tenant_id: str = DEFAULT_TENANT) -> int:
    """Sets of which the policy wants an approval; whoever proposed one may not give it and is not told."""
    judged = select(change_event.c.set_id).where(change_event.c.action == Action.POLICY, change_event.c.at >= since)
    waiting = (
        select(change_set.c.set_id, change_set.c.title, change_set.c.author_name, func.count().label("items"))
        .join(change_item, change_item.c.set_id == change_set.c.set_id)
        .where(change_set.c.tenant_id == tenant_id, change_item.c.state == ItemState.AWAITING, change_set.c.set_id.in_(judged))
        .group_by(change_set.c.set_id, change_set.c.title, change_set.c.author_name)
    )
    deciders = [role(Role.MANAGER.value), role(Role.OPERATOR.value), group(APPROVERS)]
    told = 0
    for row in _rows(engine, waiting):
        key = f"change_set:{row.set_id}"
        values = {"summary": row.title, "items": row.items, "author": row.author_name}
        told += notifications.notify(
            Event.CHANGE_SET_WAITING, deciders, key, values, f"{key}:waiting", but=frozenset({row.author_name})
        )
    return told


def tell_of_failed_tasks(engine: Engine, notifications: Notifications, since: int, tenant_id: str = DEFAULT_TENANT) -> int:
    """Tasks given up, once an hour for each name; tasks of the clock that keep failing, once a day.

    The clock is the installation's: whoever runs it, the default tenant's operators, is told.
    """
    mine = (background_task.c.tenant_id == tenant_id, background_task.c.state == TaskState.DEAD)
    dead = select(background_task).where(*mine, background_task.c.ended_at >= since)
    failing = select(background_schedule).where(
        background_schedule.c.failures >= FAILURES_IN_A_ROW, background_schedule.c.ended_at >= since
    )
    news = {f"{row.name}:dead:{_moment(row, '%Y-%m-%dT%H')}": row for row in _rows(engine, dead)}
    if tenant_id == DEFAULT_TENANT:
        news |= {f"{row.name}:failing:{_moment(row, '%Y-%m-%d')}": row for row in _rows(engine, failing)}
    told = 0
    for key, row in news.items():
        # Only the kind of the error: its text may hold what the task was about.
        values = {"task": row.name, "reason": row.error.partition(":")[0]}
        operators = [role(Role.OPERATOR.value)]
        told += notifications.notify(Event.BACKGROUND_FAILED, operators, f"background:{row.name}", values, f"background:{key}")
    return told


def _moment(row: Any, form: str) -> str:  # noqa: ANN401  # a row
    return from_ms(row.ended_at).astimezone(UTC).strftime(form)


def _rows(engine: Engine, query: Any) -> list[Any]:  # noqa: ANN401  # a select and its rows
    with engine.connect() as connection:
        return list(connection.execute(query))
