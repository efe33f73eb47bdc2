"""The whole house at a glance: counts for the start page, throughput, and how far the read models are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, case, func, select

from history.queries.paging import InvalidCursor
from history.queries.reader import Reader, milliseconds_of, moment
from history.tables import (
    RUNNING,
    STUCK,
    heat_map,
    incident,
    process_definition,
    process_instance,
    projection,
    projection_topic,
    user_task,
)

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Summary:
    """The start page's numbers."""

    open_tasks: int
    active_instances: int
    # Active instances with an open incident, be it in one they called.
    instances_with_incidents: int
    open_incidents: int
    started_since: int
    completed_since: int


@dataclass(frozen=True, slots=True)
class Throughput:
    """What happened in one hour or day that begins at `start`."""

    start: datetime
    started: int
    completed: int
    canceled: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a token was given out; `token` is for the next question."""

    token: str
    # Of PROCESSES, INSTANCES, VARIABLES, JOBS, USER_TASKS, INCIDENTS, DECISIONS.
    topics: frozenset[str]


class SummaryQueries(Reader):
    """Numbers about everything of one tenant."""

    def summary(self, since: datetime) -> Summary:
        """Counts of what is open now, and of instances started and completed since a moment, by whole hours."""
        instances, incidents, tasks = process_instance.c, incident.c, user_task.c
        running = select(instances.key).where(self._mine(process_instance), RUNNING)
        stuck = select(instances.key).where(self._mine(process_instance), STUCK)
        open_incidents = select(incidents.key).where(self._mine(incident), incidents.state == "OPEN")
        sums = heat_map.c
        lately = self._first(
            select(func.sum(sums.entered).label("started"), func.sum(sums.completed).label("completed")).where(
                self._mine(heat_map),
                sums.element_type == "PROCESS",
                sums.hour >= milliseconds_of(since) // HOUR_MS * HOUR_MS,
            )
        )
        return Summary(
            open_tasks=self._count(select(tasks.key).where(self._mine(user_task), tasks.state == "CREATED")),
            active_instances=self._count(running),
            instances_with_incidents=self._count(stuck),
            open_incidents=self._count(open_incidents),
            started_since=int(lately.started or 0) if lately else 0,
            completed_since=int(lately.completed or 0) if lately else 0,
        )

    def throughput(
        self,
        start: datetime,
        end: datetime,
        every: Literal["hour", "day"] = "hour",
        bpmn_process_id: str | None = None,
    ) -> list[Throughput]:
        """Instances started, completed and canceled and incidents created, per hour or UTC day; quiet ones are zeros."""
        step = HOUR_MS if every == "hour" else DAY_MS
        first, beyond = milliseconds_of(start) // step * step, milliseconds_of(end)
        columns = heat_map.c
        slot = (columns.hour - columns.hour % step).label("slot")
        is_process = columns.element_type == "PROCESS"
        statement: Select[Any] = select(
            slot,
            *(
                func.sum(case((is_process, columns[name]), else_=0)).label(name)
                for name in ("entered", "completed", "terminated")
            ),
            func.sum(columns.incidents).label("incidents"),
        ).where(self._mine(heat_map), columns.hour >= first, columns.hour < beyond)
        if bpmn_process_id is not None:
            of_process = select(process_definition.c.key).where(
                self._mine(process_definition), process_definition.c.bpmn_process_id == bpmn_process_id
            )
            statement = statement.where(columns.process_definition_key.in_(of_process))
        found = {row.slot: tuple(map(int, row[1:])) for row in self._all(statement.group_by(slot))}
        return [Throughput(moment(at), *found.get(at, (0, 0, 0, 0))) for at in range(first, beyond, step)]

    def position(self) -> int:
        """How far the read models are: the sum of the partitions' positions, which only grows; -1 before the first record."""
        rows = self._all(select(projection.c.position))
        return sum(row.position for row in rows) if rows else -1

    def positions(self) -> dict[int, int]:
        """The position of the newest applied record, per partition."""
        return {row.partition_id: row.position for row in self._all(select(projection.c.partition_id, projection.c.position))}

    def projected_until(self) -> datetime | None:
        """The time of the newest applied record."""
        row = self._first(select(func.max(projection.c.timestamp).label("newest")))
        return None if row is None or row.newest is None else moment(row.newest)

    def changed_since(self, token: str | None) -> Changes:
        """What changed since a token; without one nothing changed yet, and the token says from when on.

        Raises:
            InvalidCursor: the token was not given out by this method.
        """
        now = self.positions()
        fresh = Changes(_token(now), frozenset())
        if token is None:
            return fresh
        seen = _positions(token)
        if seen == now:
            return fresh
        rows = self._all(select(projection_topic))
        # A partition whose position went back was rebuilt: everything may have changed.
        rebuilt = any(now.get(partition_id, -1) < position for partition_id, position in seen.items())
        topics = {row.topic for row in rows if rebuilt or row.position > seen.get(row.partition_id, -1)}
        return Changes(fresh.token, frozenset(topics))


def _token(positions: Mapping[int, int]) -> str:
    return ",".join(f"{partition_id}:{position}" for partition_id, position in sorted(positions.items()))


def _positions(token: str) -> dict[int, int]:
    try:
        pairs = [pair.split(":") for pair in token.split(",") if pair]
        return {int(partition_id): int(position) for partition_id, position in pairs}
    except ValueError as error:
        raise InvalidCursor(f"not a token of changes: {token[:80]!r}; leave it out to start from now") from error
