"""The numbers that a batch only adds to: the heat map per element and hour, durations, sequence flows.

Each number is counted in the hour of its own event, so no record has to know what an earlier one counted.
"""

from sqlalchemy import Connection

import history.tables as t
from history.durations import bucket_of
from history.projections.upsert import insert_or_add
from history.rows import ElementInstanceRow, ProcessInstanceRow

HOUR_MS = 3_600_000

# Which number of a cell: columns of `heat_map` after its key and tenant.
ENTERED, COMPLETED, TERMINATED, INCIDENTS, COMPLETED_MS = range(5)
_COUNTED = ("entered", "completed", "terminated", "incidents", "completed_ms")

type _Place = tuple[int, str, str]


class Sums:
    """Counts of one batch, by where and when."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, str, str, int, str], list[int]] = {}
        self._durations: dict[tuple[int, str, str, int, int, str], int] = {}
        self._flows: dict[tuple[int, str, int, str], int] = {}
        self._instance_flows: dict[tuple[int, str, str], list[int]] = {}

    def entered(self, place: ElementInstanceRow | ProcessInstanceRow, at: int) -> None:
        self._add(place, at, ENTERED, 1)

    def terminated(self, place: ElementInstanceRow | ProcessInstanceRow, at: int) -> None:
        self._add(place, at, TERMINATED, 1)

    def incident_created(self, place: ElementInstanceRow | ProcessInstanceRow, at: int) -> None:
        self._add(place, at, INCIDENTS, 1)

    def completed(self, place: ElementInstanceRow | ProcessInstanceRow, at: int) -> None:
        """Count a completion and how long the element took."""
        took = max(0, at - place.started_at)
        self._add(place, at, COMPLETED, 1)
        self._add(place, at, COMPLETED_MS, took)
        key = (*_place(place), _hour(at), bucket_of(took), place.tenant_id)
        self._durations[key] = self._durations.get(key, 0) + 1

    def flow_taken(self, process_definition_key: int, process_instance_key: int, flow_id: str, at: int, tenant_id: str) -> None:
        key = (process_definition_key, flow_id, _hour(at), tenant_id)
        self._flows[key] = self._flows.get(key, 0) + 1
        taken = self._instance_flows.setdefault((process_instance_key, flow_id, tenant_id), [0, 0])
        taken[0] += 1
        taken[1] = at

    def write(self, connection: Connection) -> None:
        if self._cells:
            insert_or_add(connection, t.heat_map, [(*key, *counts) for key, counts in self._cells.items()], _COUNTED)
        if self._durations:
            rows = [(*key, count) for key, count in self._durations.items()]
            insert_or_add(connection, t.heat_map_duration, rows, ("count",))
        if self._flows:
            insert_or_add(connection, t.heat_map_flow, [(*key, count) for key, count in self._flows.items()], ("taken",))
        if self._instance_flows:
            taken = [(*key, *counts) for key, counts in self._instance_flows.items()]
            insert_or_add(connection, t.sequence_flow, taken, ("taken",))

    def _add(self, place: ElementInstanceRow | ProcessInstanceRow, at: int, what: int, number: int) -> None:
        key = (*_place(place), _hour(at), place.tenant_id)
        counts = self._cells.get(key)
        if counts is None:
            counts = self._cells[key] = [0] * len(_COUNTED)
        counts[what] += number


def _place(row: ElementInstanceRow | ProcessInstanceRow) -> _Place:
    """An instance's process counts as an element of its own, under the process's id."""
    if isinstance(row, ProcessInstanceRow):
        return (row.process_definition_key, row.bpmn_process_id, "PROCESS")
    return (row.process_definition_key, row.element_id, row.element_type)


def _hour(at: int) -> int:
    return at // HOUR_MS * HOUR_MS
