"""Heat maps: how often and how long, per element of a process, over versions and a period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, func, literal, select

from history.durations import percentile
from history.queries.reader import Reader, milliseconds_of
from history.tables import (
    HERE_NOW,
    RUNNING,
    STUCK,
    element_instance,
    heat_map,
    heat_map_duration,
    heat_map_flow,
    process_definition,
    process_element,
    process_instance,
)

HOUR_MS = 3_600_000
BODY = "MULTI_INSTANCE_BODY"

type _Numbers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HeatMapCell:
    """One element's numbers.

    `count` is how often tokens entered it in the period, `active` how many are there now, `incidents` how many incidents were
    created in the period. Durations are those of completions in the period, in milliseconds; p50 and p95 are within 2.5 %.
    """

    element_id: str
    element_name: str
    element_type: str
    count: int
    active: int
    # How many of them have an open incident.
    stuck: int
    incidents: int
    completed: int
    terminated: int
    p50_ms: float | None
    p95_ms: float | None
    mean_ms: float | None


@dataclass(frozen=True, slots=True)
class HeatMapFlow:
    """How often a sequence flow was taken in the period."""

    element_id: str
    count: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The process's own cell, one cell per element that was ever entered, and the flows; each by element id."""

    bpmn_process_id: str
    versions: tuple[int, ...]
    process: HeatMapCell | None
    cells: tuple[HeatMapCell, ...]
    flows: tuple[HeatMapFlow, ...]


@dataclass(frozen=True, slots=True)
class RunningHere:
    """Instances that stand at an element now, those with an incident among them."""

    active: int
    stuck: int


class HeatMapQueries(Reader):
    """Heat maps of one tenant's processes."""

    def heat_map(
        self,
        bpmn_process_id: str,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> HeatMap:
        """The heat map of a process: all versions or one, over whole hours from `start` up to, not including, `end`."""
        definitions = self._definitions(bpmn_process_id, version)
        keys = list(definitions)
        sums = self._sums(keys, start, end)
        now = self._now(bpmn_process_id, keys)
        histograms = self._histograms(keys, start, end)
        names = self._names(keys)
        cells = {
            element_id: _cell(
                element_id,
                names.get(element_id, ""),
                sums.get(element_id, {}),
                now.get(element_id, {}),
                histograms.get(element_id, {}),
            )
            for element_id in sorted(sums.keys() | now.keys())
        }
        process = next((cell for cell in cells.values() if cell.element_type == "PROCESS"), None)
        return HeatMap(
            bpmn_process_id,
            tuple(sorted(set(definitions.values()))),
            process,
            tuple(cell for cell in cells.values() if cell.element_type != "PROCESS"),
            self._flows(keys, start, end),
        )

    def running_at(self, bpmn_process_id: str, version: int | None = None) -> dict[str, RunningHere]:
        """How many instances stand at each element: what of a heat map is about now, without its past."""
        now = self._now(bpmn_process_id, list(self._definitions(bpmn_process_id, version)))
        return {
            element_id: RunningHere(int(numbers["active"]), int(numbers["stuck"]))
            for element_id, numbers in now.items()
            if numbers["element_type"] != "PROCESS"
        }

    def _definitions(self, bpmn_process_id: str, version: int | None) -> dict[int, int]:
        columns = process_definition.c
        statement = select(columns.key, columns.version).where(
            self._mine(process_definition), columns.bpmn_process_id == bpmn_process_id
        )
        if version is not None:
            statement = statement.where(columns.version == version)
        return {row.key: row.version for row in self._all(statement)}

    def _sums(self, keys: list[int], start: datetime | None, end: datetime | None) -> dict[str, _Numbers]:
        columns = heat_map.c
        statement = select(
            columns.element_id,
            _type_without_bodies(columns.element_type),
            _sum_without_bodies(columns.element_type, columns.entered).label("entered"),
            _sum_without_bodies(columns.element_type, columns.completed).label("completed"),
            _sum_without_bodies(columns.element_type, columns.terminated).label("terminated"),
            _sum_without_bodies(columns.element_type, columns.completed_ms).label("completed_ms"),
            func.sum(columns.incidents).label("incidents"),
        )
        statement = self._of_period(statement, heat_map, keys, start, end).group_by(columns.element_id)
        return {row["element_id"]: row for row in self._mappings(statement)}

    def _now(self, bpmn_process_id: str, keys: list[int]) -> dict[str, _Numbers]:
        columns = element_instance.c
        statement = select(
            columns.element_id,
            _type_without_bodies(columns.element_type),
            _sum_without_bodies(columns.element_type, literal(1)).label("active"),
            func.sum(case((columns.incident_count > 0, 1), else_=0)).label("stuck"),
        ).where(columns.process_definition_key.in_(keys), HERE_NOW)
        now: dict[str, _Numbers] = {row["element_id"]: row for row in self._mappings(statement.group_by(columns.element_id))}
        instances = process_instance.c
        whole = select(
            func.count().label("active"),
            func.sum(case((STUCK, 1), else_=0)).label("stuck"),
        ).where(instances.process_definition_key.in_(keys), RUNNING)
        running = self._first(whole)
        if running is not None and running.active:
            now[bpmn_process_id] = {"element_type": "PROCESS", "active": running.active, "stuck": running.stuck}
        return now

    def _histograms(self, keys: list[int], start: datetime | None, end: datetime | None) -> dict[str, dict[int, int]]:
        columns = heat_map_duration.c
        counted = func.sum(columns["count"]).label("durations")
        statement: Select[Any] = select(columns.element_id, columns.bucket, counted).where(columns.element_type != BODY)
        statement = self._of_period(statement, heat_map_duration, keys, start, end).group_by(columns.element_id, columns.bucket)
        histograms: dict[str, dict[int, int]] = {}
        for row in self._all(statement):
            histograms.setdefault(row.element_id, {})[row.bucket] = int(row.durations)
        return histograms

    def _flows(self, keys: list[int], start: datetime | None, end: datetime | None) -> tuple[HeatMapFlow, ...]:
        columns = heat_map_flow.c
        statement: Select[Any] = select(columns.element_id, func.sum(columns.taken).label("taken"))
        statement = self._of_period(statement, heat_map_flow, keys, start, end)
        rows = self._all(statement.group_by(columns.element_id).order_by(columns.element_id))
        return tuple(HeatMapFlow(row.element_id, int(row.taken)) for row in rows)

    def _names(self, keys: list[int]) -> dict[str, str]:
        """The elements' names; the newest version's where versions differ."""
        columns = process_element.c
        statement = select(columns.element_id, columns.name).where(columns.process_definition_key.in_(keys))
        return {row.element_id: row.name for row in self._all(statement.order_by(columns.process_definition_key))}

    def _of_period(
        self, statement: Select[Any], table: Table, keys: list[int], start: datetime | None, end: datetime | None
    ) -> Select[Any]:
        statement = statement.where(self._mine(table), table.c.process_definition_key.in_(keys))
        if start is not None:
            first_hour = milliseconds_of(start) // HOUR_MS * HOUR_MS
            statement = statement.where(table.c.hour >= first_hour)
        if end is not None:
            statement = statement.where(table.c.hour < milliseconds_of(end))
        return statement


def _type_without_bodies(element_type: ColumnElement[str]) -> ColumnElement[str]:
    return func.max(case((element_type == BODY, ""), else_=element_type)).label("element_type")


def _sum_without_bodies(element_type: ColumnElement[str], counted: ColumnElement[int]) -> ColumnElement[int]:
    """The body of a multi-instance has its element's id; its visits are not the element's."""
    return func.sum(case((element_type == BODY, 0), else_=counted))


def _cell(element_id: str, name: str, sums: _Numbers, now: _Numbers, histogram: dict[int, int]) -> HeatMapCell:
    completed = int(sums.get("completed", 0))
    return HeatMapCell(
        element_id,
        name or element_id,
        sums.get("element_type") or now.get("element_type", ""),
        count=int(sums.get("entered", 0)),
        active=int(now.get("active", 0)),
        stuck=int(now.get("stuck", 0)),
        incidents=int(sums.get("incidents", 0)),
        completed=completed,
        terminated=int(sums.get("terminated", 0)),
        p50_ms=percentile(histogram, 0.5),
        p95_ms=percentile(histogram, 0.95),
        mean_ms=int(sums["completed_ms"]) / completed if completed else None,
    )
