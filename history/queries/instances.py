"""Process instances: lists with filters, and one of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal_column, or_, select

from history.queries.paging import Page, SortKey
from history.queries.reader import NotInHistory, Reader, maybe_moment, milliseconds_of, moment
from history.tables import (
    HERE_NOW,
    RUNNING,
    SEARCHABLE_CHARS,
    STUCK,
    element_instance,
    incident,
    process_definition,
    process_instance,
    variable,
)

# What an instance can be asked for. ACTIVE means running without an incident, INCIDENT running with one, be it in an instance
# that it called.
ACTIVE = "ACTIVE"
INCIDENT = "INCIDENT"
COMPLETED = "COMPLETED"
CANCELED = "CANCELED"
# So many keys may be listed in a statement.
FEW = 1_000
STATES = (ACTIVE, INCIDENT, COMPLETED, CANCELED)


@dataclass(frozen=True, slots=True)
class InstanceFilter:
    """Which instances to list; what is None or empty does not restrict.

    `element_id` selects running instances that are at this element now, and ended ones that went through it.
    `variable_value` is JSON text; anything else is taken as a string.
    """

    bpmn_process_id: str | None = None
    version: int | None = None
    element_id: str | None = None
    states: Collection[str] = ()
    variable_name: str | None = None
    variable_value: str | None = None
    started_after: datetime | None = None
    started_before: datetime | None = None
    ended_after: datetime | None = None
    ended_before: datetime | None = None
    error_message: str | None = None
    key: int | None = None
    keys: Collection[int] = ()
    parent_process_instance_key: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """A process instance; `state` is one of `STATES`."""

    key: int
    bpmn_process_id: str
    process_name: str
    process_definition_key: int
    version: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    incident_count: int
    # With those of all instances that this one called.
    tree_incident_count: int
    parent_process_instance_key: int | None
    parent_element_instance_key: int | None
    root_process_instance_key: int


class InstanceQueries(Reader):
    """Process instances of one tenant."""

    def instances(
        self,
        where: InstanceFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 50,
        with_total: bool = False,
    ) -> Page[Instance]:
        """Instances, newest first.

        Raises:
            InvalidCursor: the cursor is none of this list's.
        """
        order = [SortKey(process_instance.c.started_at, descending=True), SortKey(process_instance.c.key, descending=True)]
        statement = self._select_instances().where(*self._conditions(where or InstanceFilter()))
        page = self._page(statement, order, _instance, cursor=cursor, limit=limit)
        return replace(page, total=self.count_instances(where)) if with_total else page

    def count_instances(self, where: InstanceFilter | None = None) -> int:
        """How many instances a filter selects."""
        return self._count(self._select_keys(self._conditions(where or InstanceFilter())))

    def instance(self, key: int) -> Instance:
        """One instance.

        Raises:
            NotInHistory: this tenant has no such instance.
        """
        row = self._first(self._select_instances().where(process_instance.c.key == key))
        if row is None:
            raise NotInHistory("process instance", key)
        return _instance(row)

    def child_instances(self, process_instance_key: int) -> list[Instance]:
        """Instances that call activities of this one started, oldest first."""
        parent = process_instance.c.parent_process_instance_key == process_instance_key
        statement = self._select_instances().where(parent)
        return [_instance(row) for row in self._all(statement.order_by(process_instance.c.key))]

    def ancestor_instances(self, process_instance_key: int) -> list[Instance]:
        """The callers of an instance, the root first; empty when nothing called it."""
        ancestors: list[Instance] = []
        key = self.instance(process_instance_key).parent_process_instance_key
        while key is not None:
            caller = self.instance(key)
            ancestors.insert(0, caller)
            key = caller.parent_process_instance_key
        return ancestors

    def _select_instances(self) -> Select[Any]:
        named = process_instance.outerjoin(
            process_definition, process_definition.c.key == process_instance.c.process_definition_key
        )
        return (
            select(process_instance, process_definition.c.name.label("process_name"))
            .select_from(named)
            .where(self._mine(process_instance))
        )

    def _select_keys(self, conditions: list[ColumnElement[bool]]) -> Select[Any]:
        return select(process_instance.c.key).where(self._mine(process_instance), *conditions)

    def _conditions(self, where: InstanceFilter) -> list[ColumnElement[bool]]:
        columns = process_instance.c
        conditions: list[ColumnElement[bool]] = []
        equal = {
            columns.bpmn_process_id: where.bpmn_process_id,
            columns.version: where.version,
            columns.key: where.key,
            columns.parent_process_instance_key: where.parent_process_instance_key,
        }
        conditions += [column == value for column, value in equal.items() if value is not None]
        if where.keys:
            conditions.append(columns.key.in_(list(where.keys)))
        if where.states:
            conditions.append(or_(*(_in_state(state) for state in where.states)))
        conditions += _in_period(where)
        if where.element_id:
            conditions.append(_at_element(where.element_id))
        if where.variable_name:
            conditions.append(self._has_variable(where.variable_name, where.variable_value))
        if where.error_message:
            conditions.append(_failing_with(where.error_message))
        return conditions

    def _has_variable(self, name: str, value: str | None) -> ColumnElement[bool]:
        columns = variable.c
        matching = [self._mine(variable), columns.name == name]
        if value is not None:
            text = canonical_json(value)
            matching += [columns.value_start == text[:SEARCHABLE_CHARS], columns.value == text]
        selected = select(columns.process_instance_key).where(*matching)
        # A rare value is looked up first: walking all instances in their order to find it would take long.
        few = self._all(selected.limit(FEW + 1))
        if len(few) <= FEW:
            return process_instance.c.key.in_([row.process_instance_key for row in few])
        return process_instance.c.key.in_(selected)


def canonical_json(text: str) -> str:
    """JSON as the engine stores it; what is no JSON becomes a string."""
    try:
        return msgspec.json.encode(msgspec.json.decode(text)).decode()
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError):
        return msgspec.json.encode(text).decode()


def contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """The column contains the text, upper and lower case alike; `%` and `_` mean themselves."""
    return func.lower(column).contains(text.lower(), autoescape=True)


def _in_state(state: str) -> ColumnElement[bool]:
    columns = process_instance.c
    match state:
        case "ACTIVE":
            return and_(RUNNING, columns.tree_incident_count == literal_column("0"))
        case "INCIDENT":
            return and_(RUNNING, STUCK)
        case _:
            return columns.state == state


def _in_period(where: InstanceFilter) -> list[ColumnElement[bool]]:
    columns = process_instance.c
    bounds = []
    if where.started_after:
        bounds.append(columns.started_at >= milliseconds_of(where.started_after))
    if where.started_before:
        bounds.append(columns.started_at < milliseconds_of(where.started_before))
    if where.ended_after:
        bounds.append(columns.ended_at >= milliseconds_of(where.ended_after))
    if where.ended_before:
        bounds.append(columns.ended_at < milliseconds_of(where.ended_before))
    return bounds


def _at_element(element_id: str) -> ColumnElement[bool]:
    columns = element_instance.c
    there = [columns.process_instance_key == process_instance.c.key, columns.element_id == element_id]
    now = or_(HERE_NOW, process_instance.c.state != ACTIVE)
    return exists().where(*there, now)


def _failing_with(message: str) -> ColumnElement[bool]:
    columns = incident.c
    return exists().where(
        columns.process_instance_key == process_instance.c.key,
        columns.state == "OPEN",
        contains(columns.error_message, message),
    )


def _instance(row: Row[Any]) -> Instance:
    return Instance(
        row.key,
        row.bpmn_process_id,
        row.process_name or row.bpmn_process_id,
        row.process_definition_key,
        row.version,
        INCIDENT if row.state == ACTIVE and row.tree_incident_count else row.state,
        moment(row.started_at),
        maybe_moment(row.ended_at),
        row.incident_count,
        row.tree_incident_count,
        row.parent_process_instance_key,
        row.parent_element_instance_key,
        row.root_process_instance_key,
    )
