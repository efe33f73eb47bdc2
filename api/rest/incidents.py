"""Incidents: what is stuck and why, and trying it again."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.bounds import EngineKey
from api.dependencies import Services
from api.rest.shapes import Asked, Cursor, Key, KeyInPath, Limit, ListOf, Shown, page_of
from api.retries import retry_incident
from api.services import ApiServices
from history.queries import IncidentFilter, NotInHistory
from zeebe.errors import ZeebeError

router = APIRouter(prefix="/incidents", tags=["incidents"])
MAX_AT_ONCE = 1000
IN_FLIGHT = 16


class IncidentShown(Shown):
    key: Key
    state: str
    error_type: str
    error_message: str
    process_instance_key: Key
    process_definition_key: Key
    bpmn_process_id: str
    process_name: str
    version: int | None
    element_instance_key: Key
    element_id: str
    element_name: str
    job_key: Key | None
    created_at: datetime
    resolved_at: datetime | None


class IncidentsAsked(Asked):
    """A filter; only open incidents unless told otherwise."""

    state: tuple[Literal["OPEN", "RESOLVED"], ...] = ("OPEN",)
    bpmn_process_id: str | None = Field(None, max_length=1000)
    process_instance_key: EngineKey | None = None
    element_id: str | None = Field(None, max_length=1000)
    error_type: str | None = Field(None, max_length=100)
    error_message: str | None = Field(None, max_length=1000)
    cursor: Cursor = None
    limit: Limit = 50
    with_total: bool = False

    def as_filter(self) -> IncidentFilter:
        given = self.model_dump(exclude={"state", "cursor", "limit", "with_total"})
        return IncidentFilter(**given, states=self.state)


class ResolutionAsked(Asked):
    retries: int = Field(1, ge=1, le=1000, description="What the incident's job gets, where it has one.")


class ResolutionsAsked(ResolutionAsked):
    keys: list[Key] = Field(min_length=1, max_length=MAX_AT_ONCE)


class OutcomeShown(Shown):
    key: Key
    is_resolved: bool
    reason: str = Field("", description="Why it was refused.")


@router.get("")
def list_incidents(asked: Annotated[IncidentsAsked, Query()], services: Services) -> ListOf[IncidentShown]:
    """Incidents, the newest first."""
    page = services.queries.incidents(asked.as_filter(), cursor=asked.cursor, limit=asked.limit, with_total=asked.with_total)
    return page_of(page, IncidentShown.model_validate)


@router.post("/resolutions")
async def resolve_incidents(asked: ResolutionsAsked, services: Services) -> list[OutcomeShown]:
    """Try many again; one that is refused stops no other, and the answer tells of each, in order."""
    at_once = asyncio.Semaphore(IN_FLIGHT)

    async def one(key: int) -> OutcomeShown:
        async with at_once:
            return await _outcome(services, key, asked.retries)

    return await asyncio.gather(*(one(key) for key in asked.keys))


@router.get("/{key}")
def get_incident(key: KeyInPath, services: Services) -> IncidentShown:
    return IncidentShown.model_validate(services.queries.incident(key))


@router.post("/{key}/resolution", status_code=204)
async def resolve_incident(key: KeyInPath, services: Services, asked: ResolutionAsked | None = None) -> None:
    """Give the incident's job retries again, then try again."""
    incident = await run_in_threadpool(services.queries.incident, key)
    await retry_incident(services.zeebe, incident, asked.retries if asked else 1)


async def _outcome(services: ApiServices, key: int, retries: int) -> OutcomeShown:
    try:
        incident = await run_in_threadpool(services.queries.incident, key)
        await retry_incident(services.zeebe, incident, retries)
    except (NotInHistory, ZeebeError) as error:
        return OutcomeShown(key=key, is_resolved=False, reason=str(error))
    return OutcomeShown(key=key, is_resolved=True)
