"""Heat maps, numbers at a glance, and how far the read models are."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import Field

from api.bounds import Version
from api.dependencies import Services
from api.problems import Problem
from api.rest.shapes import Shown

router = APIRouter(tags=["numbers"])


class CellShown(Shown):
    """Durations are of completions in the period, in milliseconds; p50 and p95 are within 2.5 %."""

    element_id: str
    element_name: str
    element_type: str
    count: int
    active: int
    stuck: int
    incidents: int
    completed: int
    terminated: int
    p50_ms: float | None
    p95_ms: float | None
    mean_ms: float | None


class FlowShown(Shown):
    element_id: str
    count: int


class HeatMapShown(Shown):
    bpmn_process_id: str
    versions: list[int]
    process: CellShown | None
    cells: list[CellShown]
    flows: list[FlowShown]


class SummaryShown(Shown):
    open_tasks: int
    active_instances: int
    instances_with_incidents: int
    open_incidents: int
    started_since: int
    completed_since: int


class PositionShown(Shown):
    position: int = Field(description="Of the newest record in the read models; -1 before the first.")
    projected_until: datetime | None


@router.get("/heat-map/{bpmn_process_id}")
def get_heat_map(
    bpmn_process_id: str,
    services: Services,
    version: Version | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> HeatMapShown:
    """How often and how long, per element: all versions or one, over whole hours from `start` up to, not including, `end`."""
    found = services.queries.heat_map(bpmn_process_id, version, start, end)
    if not found.versions:
        raise Problem(404, f"there is no process {bpmn_process_id}" + (f" version {version}" if version else ""))
    return HeatMapShown.model_validate(found)


@router.get("/summary")
def get_summary(services: Services, since: datetime | None = None) -> SummaryShown:
    """What is open now, and what was started and completed since a moment; the last 24 hours unless given."""
    moment = since or datetime.now().astimezone() - timedelta(days=1)
    return SummaryShown.model_validate(services.queries.summary(moment))


@router.get("/records/position")
def get_position(services: Services) -> PositionShown:
    """How far the read models are."""
    return PositionShown(position=services.queries.position(), projected_until=services.queries.projected_until())
