"""Process instances: a list with filters, the process's diagram above it once one is chosen."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from api.bounds import EngineKey, Version
from api.dependencies import Services
from api.pages.addresses import with_query
from api.pages.diagrams import process_counts
from api.pages.fields import Day, Optional, first_moment, moment_after
from api.shell import render
from history.queries import InstanceFilter, Process, ProcessElement, Queries

router = APIRouter(include_in_schema=False)

STATES = ("ACTIVE", "INCIDENT", "COMPLETED", "CANCELED")
RUNNING = ("ACTIVE", "INCIDENT")
# Elements without a body of their own to wait in are no useful filter.
FLOWS = frozenset({"SEQUENCE_FLOW", "PROCESS"})


class InstanceQuery(BaseModel):
    """The filter as it stands in the address; what is left empty does not restrict."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    process: Optional[str] = None
    version: Optional[Version] = None
    element: Optional[str] = None
    state: tuple[str, ...] = ()
    variable: Optional[str] = None
    value: Optional[str] = None
    error: Optional[str] = None
    started_after: Optional[Day] = None
    started_before: Optional[Day] = None
    key: Optional[EngineKey] = None
    # Marks that no state at all is ticked on purpose.
    any_state: bool = False
    cursor: str | None = None

    @property
    def states(self) -> tuple[str, ...]:
        chosen = tuple(state for state in self.state if state in STATES)
        return chosen or (() if self.any_state or self.key else RUNNING)

    def as_filter(self) -> InstanceFilter:
        return InstanceFilter(
            bpmn_process_id=self.process,
            version=self.version if self.process else None,
            element_id=self.element if self.process else None,
            states=self.states,
            variable_name=self.variable,
            variable_value=self.value if self.variable else None,
            started_after=first_moment(self.started_after),
            started_before=moment_after(self.started_before),
            error_message=self.error,
            key=self.key,
        )


@router.get("/instances", name="instances")
def instances(request: Request, services: Services, query: Annotated[InstanceQuery, Query()]) -> Response:
    queries = services.queries
    page = queries.instances(query.as_filter(), cursor=query.cursor, limit=50, with_total=True)
    processes = queries.processes(counted=False)
    chosen = next((process for process in processes if process.bpmn_process_id == query.process), None)
    return render(
        request,
        "pages/instances.html",
        page=page,
        query=query,
        processes=processes,
        all_states=STATES,
        is_first=not page.items and not queries.instances(limit=1).items,
        url=with_query(request),
        **_chosen(queries, chosen, query),
    )


def _chosen(queries: Queries, process: Process | None, query: InstanceQuery) -> dict[str, Any]:
    """What the page shows once a process is chosen: its versions, elements and diagram."""
    if process is None:
        return {"process": None, "versions": [], "elements": [], "definition_key": None}
    versions = queries.process_versions(process.bpmn_process_id, counted=False)
    shown = next((version for version in versions if version.version == query.version), process.latest)
    return {
        "process": process,
        "versions": versions,
        "elements": _elements(queries.process_elements(shown.key)),
        "definition_key": shown.key,
        "counts": process_counts(queries.running_at(process.bpmn_process_id, query.version)),
    }


def _elements(elements: list[ProcessElement]) -> list[ProcessElement]:
    return sorted((each for each in elements if each.element_type not in FLOWS), key=lambda each: each.name or each.element_id)
