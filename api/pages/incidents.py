"""Incidents: what is stuck, put together by its error, to be retried one by one or all at once."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from api.dependencies import Services
from api.pages.addresses import with_query
from api.pages.fields import Optional
from api.pages.outcomes import carried_out
from api.problems import wants_json
from api.retries import retry_incident
from api.shell import language_of, render
from history.queries import IncidentFilter, Queries

router = APIRouter(prefix="/incidents", include_in_schema=False)

# More than this at once is a matter for a batch on the server, not for an open browser tab.
MOST_AT_ONCE = 10_000


class IncidentQuery(BaseModel):
    """The filter as it stands in the address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    process: Optional[str] = None
    error_type: Optional[str] = None
    # Exactly this message: a group of the page.
    message: Optional[str] = None
    # A part of the message.
    text: Optional[str] = None
    state: str = "OPEN"
    cursor: str | None = None

    def as_filter(self) -> IncidentFilter:
        return IncidentFilter(
            states=("RESOLVED",) if self.state == "RESOLVED" else ("OPEN",),
            bpmn_process_id=self.process,
            error_type=self.error_type,
            error_message=self.text,
            exact_message=self.message,
        )


@router.get("", name="incidents")
def incidents(request: Request, services: Services, query: Annotated[IncidentQuery, Query()]) -> Response:
    queries = services.queries
    where = query.as_filter()
    return render(
        request,
        "pages/incidents.html",
        page=queries.incidents(where, cursor=query.cursor, limit=50, with_total=True),
        groups=queries.incident_groups(where)[:20],
        processes=queries.processes(counted=False),
        query=query,
        url=with_query(request),
    )


@router.get("/keys.json", name="incident_keys")
def incident_keys(services: Services, query: Annotated[IncidentQuery, Query()]) -> JSONResponse:
    """The keys of all incidents of a filter, for a retry of them all."""
    queries = services.queries
    return JSONResponse({"keys": _all_keys(queries, query.as_filter())})


@router.post("/{key:int}/retry", name="retry_incident")
async def retry(request: Request, services: Services, key: int) -> Response:
    """Retry one incident; a script gets JSON, a form comes back to the instance."""
    incident = await asyncio.to_thread(services.queries.incident, key)
    if wants_json(request):
        await retry_incident(services.zeebe, incident)
        return JSONResponse({"key": str(key)})
    back = f"{request.url_for('instance', key=incident.process_instance_key).path}?tab=incidents"
    note = language_of(request).gettext("Retried. What still fails comes back as an incident.")
    return await carried_out(request, retry_incident(services.zeebe, incident), back, note)


def _all_keys(queries: Queries, where: IncidentFilter) -> list[str]:
    keys: list[str] = []
    cursor: str | None = None
    while len(keys) < MOST_AT_ONCE:
        page = queries.incidents(where, cursor=cursor, limit=500)
        keys += [str(incident.key) for incident in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    return keys[:MOST_AT_ONCE]
