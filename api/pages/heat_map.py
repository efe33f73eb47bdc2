"""The heat map: how often and how long, on the process's own picture and in a table beside it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from api.bounds import Version
from api.dependencies import Services
from api.pages.addresses import with_query
from api.pages.fields import Day, Optional, first_moment, moment_after
from api.shell import render
from history.queries import HeatMap, HeatMapCell, Process, Queries

router = APIRouter(prefix="/heat-map", include_in_schema=False)

# What the period switch offers; "all" is everything that was recorded.
PERIODS: dict[str, timedelta | None] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "all": None,
}
MEASURES = ("count", "p50_ms", "p95_ms")


class HeatMapQuery(BaseModel):
    """Which process, versions and time; as it stands in the address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    process: Optional[str] = None
    version: Optional[Version] = None
    period: str = "all"
    start: Optional[Day] = None
    end: Optional[Day] = None
    measure: str = "count"

    def between(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """The period's first and last moment; days chosen by hand count from their first to their last minute, in UTC."""
        if self.period == "custom":
            return first_moment(self.start), moment_after(self.end)
        length = PERIODS.get(self.period)
        return (now - length if length else None), None


@router.get("", name="heat_map")
def heat_map(request: Request, services: Services, query: Annotated[HeatMapQuery, Query()]) -> Response:
    queries = services.queries
    # Without a process asked for, the busiest is shown.
    processes = queries.processes(counted=not query.process)
    process = _chosen(processes, query.process)
    context: dict[str, Any] = {"query": query, "processes": processes, "process": process, "url": with_query(request)}
    if process is not None:
        found = _heat_map(queries, process.bpmn_process_id, query)
        versions = queries.process_versions(process.bpmn_process_id, counted=False)
        shown = next((version for version in versions if version.version == query.version), process.latest)
        context |= {
            "heat_map": found,
            "versions": versions,
            "cells": sorted(found.cells, key=lambda cell: (-cell.count, cell.element_id)),
            "most": max((cell.count for cell in found.cells), default=0),
            "slowest": max((cell.p95_ms or 0 for cell in found.cells), default=0),
            "definition_key": shown.key,
            "measure": query.measure if query.measure in MEASURES else "count",
        }
    return render(request, "pages/heat_map.html", **context)


@router.get("/cells.json", name="heat_map_cells")
def cells(services: Services, query: Annotated[HeatMapQuery, Query()]) -> JSONResponse:
    found = _heat_map(services.queries, query.process or "", query)
    return JSONResponse(
        {
            "cells": [_cell(cell) for cell in found.cells],
            "flows": [{"element_id": flow.element_id, "count": flow.count} for flow in found.flows],
        }
    )


def _heat_map(queries: Queries, bpmn_process_id: str, query: HeatMapQuery) -> HeatMap:
    start, end = query.between(datetime.now(UTC))
    return queries.heat_map(bpmn_process_id, query.version, start, end)


def _cell(cell: HeatMapCell) -> dict[str, Any]:
    return {"element_id": cell.element_id, "count": cell.count, "p50_ms": cell.p50_ms, "p95_ms": cell.p95_ms}


def _chosen(processes: list[Process], bpmn_process_id: str | None) -> Process | None:
    """The asked-for process; without one, the busiest."""
    named = next((each for each in processes if each.bpmn_process_id == bpmn_process_id), None)
    if named or bpmn_process_id:
        return named
    return max(processes, key=lambda each: each.active + each.completed, default=None)
