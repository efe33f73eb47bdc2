"""Incidents: what is stuck, why, and how many for the same reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from history.queries.instances import contains
from history.queries.paging import Page, SortKey
from history.queries.reader import NotInHistory, Reader, maybe_moment, moment
from history.tables import incident, process_definition, process_element

OPEN = "OPEN"
RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents to list; what is None or empty does not restrict."""

    states: Collection[str] = (OPEN,)
    bpmn_process_id: str | None = None
    process_definition_key: int | None = None
    process_instance_key: int | None = None
    element_id: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    # Exactly this message, as `incident_groups` gives it.
    exact_message: str | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    key: int
    # OPEN or RESOLVED; an incident whose element was terminated counts as resolved too.
    state: str
    error_type: str
    error_message: str
    process_instance_key: int
    process_definition_key: int
    bpmn_process_id: str
    process_name: str
    version: int | None
    element_instance_key: int
    element_id: str
    element_name: str
    job_key: int | None
    created_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentGroup:
    """Open incidents of one process with the same error."""

    error_type: str
    error_message: str
    bpmn_process_id: str
    count: int
    process_instances: int
    first_at: datetime
    last_at: datetime


class IncidentQueries(Reader):
    """Incidents of one tenant."""

    def incidents(
        self,
        where: IncidentFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = 50,
        with_total: bool = False,
    ) -> Page[Incident]:
        """Incidents, newest first; only open ones unless the filter says otherwise.

        Raises:
            InvalidCursor: the cursor is none of this list's.
        """
        order = [SortKey(incident.c.created_at, descending=True), SortKey(incident.c.key, descending=True)]
        conditions = _conditions(where or IncidentFilter())
        statement = self._select_incidents().where(*conditions)
        counted = select(incident.c.key).where(self._mine(incident), *conditions) if with_total else None
        return self._page(statement, order, _incident, cursor=cursor, limit=limit, counted=counted)

    def incident(self, key: int) -> Incident:
        """One incident.

        Raises:
            NotInHistory: this tenant has no such incident.
        """
        row = self._first(self._select_incidents().where(incident.c.key == key))
        if row is None:
            raise NotInHistory("incident", key)
        return _incident(row)

    def instance_incidents(self, process_instance_key: int) -> list[Incident]:
        """All incidents an instance ever had, oldest first."""
        statement = self._select_incidents().where(incident.c.process_instance_key == process_instance_key)
        return [_incident(row) for row in self._all(statement.order_by(incident.c.key))]

    def incident_groups(self, where: IncidentFilter | None = None) -> list[IncidentGroup]:
        """Incidents put together by process, error type and message, the most frequent first."""
        columns = incident.c
        same = (columns.error_type, columns.error_message, columns.bpmn_process_id)
        count = func.count().label("incidents")
        instances = func.count(columns.process_instance_key.distinct()).label("process_instances")
        first, last = func.min(columns.created_at).label("first_at"), func.max(columns.created_at).label("last_at")
        rows = self._all(
            select(*same, count, instances, first, last)
            .where(self._mine(incident), *_conditions(where or IncidentFilter()))
            .group_by(*same)
            .order_by(count.desc(), *same)
        )
        return [
            IncidentGroup(
                row.error_type,
                row.error_message,
                row.bpmn_process_id,
                row.incidents,
                row.process_instances,
                moment(row.first_at),
                moment(row.last_at),
            )
            for row in rows
        ]

    def _select_incidents(self) -> Select[Any]:
        columns = incident.c
        element = and_(
            process_element.c.process_definition_key == columns.process_definition_key,
            process_element.c.element_id == columns.element_id,
        )
        named = incident.outerjoin(process_definition, process_definition.c.key == columns.process_definition_key)
        return (
            select(
                incident,
                process_definition.c.name.label("process_name"),
                process_definition.c.version,
                process_element.c.name.label("element_name"),
            )
            .select_from(named.outerjoin(process_element, element))
            .where(self._mine(incident))
        )


def _conditions(where: IncidentFilter) -> list[ColumnElement[bool]]:
    columns = incident.c
    equal: dict[ColumnElement[Any], Any] = {
        columns.bpmn_process_id: where.bpmn_process_id,
        columns.process_definition_key: where.process_definition_key,
        columns.process_instance_key: where.process_instance_key,
        columns.element_id: where.element_id,
        columns.error_type: where.error_type,
        columns.error_message: where.exact_message,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if where.states:
        conditions.append(columns.state.in_(list(where.states)))
    if where.error_message:
        conditions.append(contains(columns.error_message, where.error_message))
    return conditions


def _incident(row: Row[Any]) -> Incident:
    return Incident(
        row.key,
        row.state,
        row.error_type,
        row.error_message,
        row.process_instance_key,
        row.process_definition_key,
        row.bpmn_process_id,
        row.process_name or row.bpmn_process_id,
        row.version,
        row.element_instance_key,
        row.element_id,
        row.element_name or row.element_id,
        row.job_key,
        moment(row.created_at),
        maybe_moment(row.resolved_at),
    )
