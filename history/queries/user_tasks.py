"""User tasks: the inbox, its tabs, and one task with what its person needs to decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select

from history.queries.instance_detail import InstanceDetailQueries
from history.queries.paging import Page, SortKey
from history.queries.reader import NotInHistory, maybe_moment, milliseconds_of, moment
from history.tables import process_definition, user_task, user_task_candidate

CREATED = "CREATED"
COMPLETED = "COMPLETED"
CANCELED = "CANCELED"
# Nobody works through more; counting on would only make the inbox slow.
MANY = 10_000


class TaskOrder(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class UserTaskFilter:
    """Which user tasks to list; what is None or empty does not restrict.

    `visible_to_user` with `visible_to_groups` keeps what a person may take: tasks assigned to them, tasks that name them or
    one of their groups as candidates, and tasks that name no candidate at all.
    """

    states: Collection[str] = (CREATED,)
    assignee: str | None = None
    unassigned: bool = False
    candidate_groups: Collection[str] = ()
    candidate_user: str | None = None
    visible_to_user: str | None = None
    visible_to_groups: Collection[str] = ()
    bpmn_process_id: str | None = None
    element_id: str | None = None
    process_instance_key: int | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    # Found in the task's or process's name, the element's id or the assignee.
    text: str | None = None


@dataclass(frozen=True, slots=True)
class UserTask:
    """A user task; `variables` holds JSON values: all it sees for one task, the asked-for ones in a list."""

    key: int
    # CREATED (open), COMPLETED or CANCELED.
    state: str
    name: str
    element_id: str
    element_instance_key: int
    bpmn_process_id: str
    process_name: str
    process_definition_key: int
    process_version: int
    process_instance_key: int
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_at: datetime | None
    follow_up_at: datetime | None
    form_key: int | None
    external_form_reference: str | None
    headers: dict[str, str]
    action: str
    created_at: datetime
    ended_at: datetime | None
    # Who had the task when it was completed, where it had somebody.
    completed_by: str | None
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserTaskCounts:
    """The numbers on the inbox's tabs; `MANY` means that many or more."""

    open: int
    mine: int
    unassigned: int
    overdue: int
    completed: int


NO_TASKS = UserTaskCounts(0, 0, 0, 0, 0)


class UserTaskQueries(InstanceDetailQueries):
    """User tasks of one tenant."""

    def user_tasks(
        self,
        where: UserTaskFilter | None = None,
        *,
        order: TaskOrder = TaskOrder.NEWEST,
        cursor: str | None = None,
        limit: int = 50,
        with_total: bool = False,
        with_variables: Sequence[str] = (),
    ) -> Page[UserTask]:
        """User tasks; only open ones unless the filter says otherwise.

        Raises:
            InvalidCursor: the cursor is none of this list's in this order.
        """
        conditions = self._task_conditions(where or UserTaskFilter())
        statement = self._select_tasks().where(*conditions)
        counted = select(user_task.c.key).where(self._mine(user_task), *conditions) if with_total else None
        page = self._page(statement, _ORDERS[order], _user_task, cursor=cursor, limit=limit, counted=counted)
        if not with_variables:
            return page
        values = self.variables_of({task.process_instance_key for task in page.items}, with_variables)
        items = tuple(replace(task, variables=values[task.process_instance_key]) for task in page.items)
        return replace(page, items=items)

    def count_user_tasks(self, where: UserTaskFilter | None = None) -> int:
        """How many user tasks a filter selects; `MANY` means that many or more."""
        conditions = self._task_conditions(where or UserTaskFilter())
        return self._count(select(user_task.c.key).where(self._mine(user_task), *conditions).limit(MANY))

    def user_task_counts(self, where: UserTaskFilter, *, me: str, now: datetime) -> UserTaskCounts:
        """The numbers of all tabs, within a filter whose states, assignee and dates are the tabs' own matter."""
        bare = replace(where, states=(CREATED,), assignee=None, unassigned=False, due_before=None, due_after=None)
        completed = self.count_user_tasks(replace(bare, states=(COMPLETED,)))
        found = self._open_counts(bare, me, milliseconds_of(now))
        if found.open < MANY:
            return replace(found, completed=completed)
        # Among so many the tabs' own tasks may lie beyond those that were looked at.
        return UserTaskCounts(
            open=MANY,
            mine=self.count_user_tasks(replace(bare, assignee=me)),
            unassigned=self.count_user_tasks(replace(bare, unassigned=True)),
            overdue=self.count_user_tasks(replace(bare, due_before=now)),
            completed=completed,
        )

    def _open_counts(self, bare: UserTaskFilter, me: str, now_ms: int) -> UserTaskCounts:
        """The numbers of open tasks in one go over the first `MANY` of them."""
        columns = user_task.c
        tasks = select(columns.assignee, columns.due_at).where(self._mine(user_task), *self._task_conditions(bare)).limit(MANY)
        seen = tasks.subquery().c

        def those(condition: ColumnElement[bool]) -> ColumnElement[int]:
            return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

        row = self._first(
            select(
                func.count().label("open"),
                those(seen.assignee == me).label("mine"),
                those(seen.assignee == "").label("unassigned"),
                those(seen.due_at < now_ms).label("overdue"),
            )
        )
        return UserTaskCounts(row.open, int(row.mine), int(row.unassigned), int(row.overdue), 0) if row else NO_TASKS

    def user_task(self, key: int) -> UserTask:
        """One task with every variable it sees.

        Raises:
            NotInHistory: this tenant has no such task.
        """
        row = self._first(self._select_tasks().where(user_task.c.key == key))
        if row is None:
            raise NotInHistory("user task", key)
        return replace(_user_task(row), variables=self.visible_variables(row.process_instance_key, row.element_instance_key))

    def instance_user_tasks(self, process_instance_key: int) -> list[UserTask]:
        """All user tasks of an instance, oldest first."""
        statement = self._select_tasks().where(user_task.c.process_instance_key == process_instance_key)
        return [_user_task(row) for row in self._all(statement.order_by(user_task.c.key))]

    def candidate_groups(self) -> list[str]:
        """Every group that a task ever named, for a filter's choices."""
        columns = user_task_candidate.c
        rows = self._all(
            select(columns.name)
            .distinct()
            .where(self._mine(user_task_candidate), columns.kind == "GROUP")
            .order_by(columns.name)
        )
        return [row.name for row in rows]

    def _select_tasks(self) -> Select[Any]:
        columns = user_task.c
        named = user_task.outerjoin(process_definition, process_definition.c.key == columns.process_definition_key)
        process_name = process_definition.c.name.label("process_name")
        return select(user_task, process_name).select_from(named).where(self._mine(user_task))

    def _task_conditions(self, where: UserTaskFilter) -> list[ColumnElement[bool]]:
        columns = user_task.c
        equal: dict[ColumnElement[Any], Any] = {
            columns.assignee: "" if where.unassigned else where.assignee,
            columns.bpmn_process_id: where.bpmn_process_id,
            columns.element_id: where.element_id,
            columns.process_instance_key: where.process_instance_key,
        }
        conditions = [column == value for column, value in equal.items() if value is not None]
        if where.states:
            conditions.append(columns.state.in_(list(where.states)))
        if where.due_before:
            conditions.append(columns.due_at < milliseconds_of(where.due_before))
        if where.due_after:
            conditions.append(columns.due_at >= milliseconds_of(where.due_after))
        if where.text:
            conditions.append(columns.search_text.contains(where.text.casefold(), autoescape=True))
        return conditions + _candidate_conditions(where)


def _candidate_conditions(where: UserTaskFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if where.candidate_groups:
        conditions.append(_names("GROUP", where.candidate_groups))
    if where.candidate_user is not None:
        conditions.append(_names("USER", [where.candidate_user]))
    if where.visible_to_user is not None:
        conditions.append(
            or_(
                # Not to be looked up by itself: the list walks its own order and soon has a page.
                func.coalesce(user_task.c.assignee, "") == where.visible_to_user,
                _names_one(where.visible_to_user, where.visible_to_groups),
                and_(user_task.c.candidate_groups == "[]", user_task.c.candidate_users == "[]"),
            )
        )
    return conditions


def _names(kind: str, names: Collection[str]) -> ColumnElement[bool]:
    columns = user_task_candidate.c
    return exists().where(columns.user_task_key == user_task.c.key, columns.kind == kind, columns.name.in_(list(names)))


def _names_one(username: str, groups: Collection[str]) -> ColumnElement[bool]:
    """The task names this person or one of these groups."""
    columns = user_task_candidate.c
    is_user = and_(columns.kind == "USER", columns.name == username)
    is_group = and_(columns.kind == "GROUP", columns.name.in_(list(groups)))
    return exists().where(columns.user_task_key == user_task.c.key, or_(is_user, is_group))


_ORDERS: dict[TaskOrder, list[SortKey]] = {
    TaskOrder.NEWEST: [SortKey(user_task.c.created_at, descending=True), SortKey(user_task.c.key, descending=True)],
    TaskOrder.OLDEST: [SortKey(user_task.c.created_at), SortKey(user_task.c.key)],
    TaskOrder.DUE: [SortKey(user_task.c.due_at), SortKey(user_task.c.key)],
    TaskOrder.FOLLOW_UP: [SortKey(user_task.c.follow_up_at), SortKey(user_task.c.key)],
}


def _user_task(row: Row[Any]) -> UserTask:
    return UserTask(
        row.key,
        row.state,
        row.name or row.element_id,
        row.element_id,
        row.element_instance_key,
        row.bpmn_process_id,
        row.process_name or row.bpmn_process_id,
        row.process_definition_key,
        row.process_version,
        row.process_instance_key,
        row.assignee or None,
        msgspec.json.decode(row.candidate_groups, type=tuple[str, ...]),
        msgspec.json.decode(row.candidate_users, type=tuple[str, ...]),
        maybe_moment(row.due_at),
        maybe_moment(row.follow_up_at),
        row.form_key,
        row.external_form_reference or None,
        msgspec.json.decode(row.headers, type=dict[str, str]),
        row.action,
        moment(row.created_at),
        maybe_moment(row.ended_at),
        completed_by=(row.assignee or None) if row.state == COMPLETED else None,
    )
