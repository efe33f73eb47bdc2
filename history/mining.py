"""Process mining in SQL: how instances really went, read from the element instances of a process.

An *activity* is a task, call activity or catching event: something that takes time or hands out work. Gateways, start and end
events only route. All functions take a process, one version or all, and a period of instance starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Subquery, Text, func, literal, select

from history.durations import bucket_of, merge, percentile
from history.queries.reader import DEFAULT_TENANT, Reader, milliseconds_of
from history.tables import element_instance, process_instance

ACTIVITY_TYPES = (
    "BUSINESS_RULE_TASK",
    "CALL_ACTIVITY",
    "INTERMEDIATE_CATCH_EVENT",
    "MANUAL_TASK",
    "RECEIVE_TASK",
    "SCRIPT_TASK",
    "SEND_TASK",
    "SERVICE_TASK",
    "TASK",
    "USER_TASK",
)
# Between the activities of a variant; no element id can hold it.
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class MiningFilter:
    """Which instances to look at."""

    bpmn_process_id: str
    version: int | None = None
    started_after: datetime | None = None
    started_before: datetime | None = None
    # Only instances that completed; running ones have no end yet and cancelled ones none of their own.
    only_completed: bool = False


@dataclass(frozen=True, slots=True)
class DirectlyFollows:
    """After `source` the next activity to start in the same instance was `target`: how often, and how long after."""

    source: str
    target: str
    count: int
    instances: int
    mean_ms: float


@dataclass(frozen=True, slots=True)
class Variant:
    """A way through the process: its activities in the order they started, and the instances that went it."""

    activities: tuple[str, ...]
    count: int
    share: float
    mean_ms: float | None
    example_process_instance_key: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """An activity and the time instances spent in it, the most time first."""

    element_id: str
    visits: int
    # Of all time spent in activities of these instances.
    share_of_time: float
    total_ms: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    # Visits per instance beyond the first: work done again.
    repeated: int


class ProcessMining(Reader):
    """Mining questions about one tenant's processes."""

    def __init__(self, engine: Engine, tenant_id: str = DEFAULT_TENANT, activity_types: Sequence[str] = ACTIVITY_TYPES) -> None:
        super().__init__(engine, tenant_id)
        self._activity_types = tuple(activity_types)

    def directly_follows(self, where: MiningFilter) -> list[DirectlyFollows]:
        """The directly-follows graph: its edges, the most frequent first."""
        columns = element_instance.c
        instance, order = columns.process_instance_key, columns.started_position
        steps = (
            self._activities(where)
            .add_columns(
                func.lead(columns.element_id).over(partition_by=instance, order_by=order).label("target"),
                func.lead(columns.started_at).over(partition_by=instance, order_by=order).label("target_started_at"),
            )
            .subquery()
        )
        count = func.count().label("steps")
        rows = self._all(
            select(
                steps.c.element_id,
                steps.c.target,
                count,
                func.count(steps.c.process_instance_key.distinct()).label("instances"),
                func.avg(steps.c.target_started_at - steps.c.started_at).label("mean_ms"),
            )
            .where(steps.c.target.is_not(None))
            .group_by(steps.c.element_id, steps.c.target)
            .order_by(count.desc(), steps.c.element_id, steps.c.target)
        )
        return [DirectlyFollows(row.element_id, row.target, row.steps, row.instances, float(row.mean_ms)) for row in rows]

    def variants(self, where: MiningFilter, limit: int = 50) -> list[Variant]:
        """The ways instances went, the most frequent first."""
        traces = self._traces(where)
        count = func.count().label("instances")
        rows = self._all(
            select(
                traces.c.trace,
                count,
                func.avg(traces.c.took_ms).label("mean_ms"),
                func.min(traces.c.process_instance_key).label("example"),
                func.sum(func.count()).over().label("everything"),
            )
            .group_by(traces.c.trace)
            .order_by(count.desc(), traces.c.trace)
            .limit(limit)
        )
        return [
            Variant(
                tuple(row.trace.split(_SEPARATOR)),
                row.instances,
                row.instances / int(row.everything),
                None if row.mean_ms is None else float(row.mean_ms),
                row.example,
            )
            for row in rows
        ]

    def bottlenecks(self, where: MiningFilter) -> list[Bottleneck]:
        """Where the time goes: finished visits of each activity, the one with the most time in all first."""
        ended = self._activities(where).where(element_instance.c.ended_at.is_not(None)).subquery()
        took = (ended.c.ended_at - ended.c.started_at).label("took_ms")
        rows = self._all(select(ended.c.element_id, took, func.count().label("visits")).group_by(ended.c.element_id, took))
        instances = {row.element_id: row.instances for row in self._all(self._instances_of(where))}
        everything = sum(max(0, row.took_ms) * row.visits for row in rows)
        found = [
            _bottleneck(element_id, [row for row in rows if row.element_id == element_id], everything, instances[element_id])
            for element_id in sorted({row.element_id for row in rows})
        ]
        return sorted(found, key=lambda each: -each.total_ms)

    def _activities(self, where: MiningFilter) -> Select[*tuple[Any, ...]]:
        columns = element_instance.c
        return (
            select(
                columns.process_instance_key,
                columns.element_id,
                columns.started_at,
                columns.ended_at,
                columns.started_position,
                (process_instance.c.ended_at - process_instance.c.started_at).label("instance_ms"),
            )
            .join(process_instance, process_instance.c.key == columns.process_instance_key)
            .where(*self._conditions(where), columns.element_type.in_(self._activity_types))
        )

    def _instances_of(self, where: MiningFilter) -> Select[*tuple[Any, ...]]:
        ended = self._activities(where).where(element_instance.c.ended_at.is_not(None)).subquery()
        instances = func.count(ended.c.process_instance_key.distinct()).label("instances")
        return select(ended.c.element_id, instances).group_by(ended.c.element_id)

    def _traces(self, where: MiningFilter) -> Subquery:
        """Each instance's activities in one text, in order."""
        activities = self._activities(where).subquery().c
        instance, order = activities.process_instance_key, activities.started_position
        join = func.group_concat if self._engine.dialect.name == "sqlite" else func.string_agg
        separated = join(activities.element_id, literal(_SEPARATOR, Text))
        steps = select(
            instance,
            activities.instance_ms.label("took_ms"),
            # As a window function, joining keeps the order; as an aggregate, SQLite's does not promise to.
            separated.over(partition_by=instance, order_by=order, rows=(None, None)).label("trace"),
            func.row_number().over(partition_by=instance, order_by=order).label("step"),
        ).subquery()
        return select(steps).where(steps.c.step == 1).subquery()

    def _conditions(self, where: MiningFilter) -> list[ColumnElement[bool]]:
        columns = process_instance.c
        conditions = [self._mine(process_instance), columns.bpmn_process_id == where.bpmn_process_id]
        if where.version is not None:
            conditions.append(columns.version == where.version)
        if where.started_after is not None:
            conditions.append(columns.started_at >= milliseconds_of(where.started_after))
        if where.started_before is not None:
            conditions.append(columns.started_at < milliseconds_of(where.started_before))
        if where.only_completed:
            conditions.append(columns.state == "COMPLETED")
        return conditions


def _bottleneck(element_id: str, rows: Sequence[Any], everything: int, instances: int) -> Bottleneck:
    visits = sum(row.visits for row in rows)
    total = sum(max(0, row.took_ms) * row.visits for row in rows)
    histogram = merge({bucket_of(row.took_ms): row.visits} for row in rows)
    return Bottleneck(
        element_id,
        visits,
        total / everything if everything else 0.0,
        total,
        total / visits,
        percentile(histogram, 0.5) or 0.0,
        percentile(histogram, 0.95) or 0.0,
        visits - instances,
    )
