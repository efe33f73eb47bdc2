"""One process instance: its diagram, timeline, variables, incidents, jobs and decisions, and what an operator may do."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.bounds import EngineKey
from api.cookies import Flash
from api.dependencies import Services
from api.pages.diagrams import instance_counts
from api.pages.outcomes import carried_out
from api.pages.variables import value_of
from api.problems import Problem
from api.retries import retry_incident
from api.shell import language_of, redirect, render
from history.queries import Instance, Queries
from zeebe.errors import ZeebeError

router = APIRouter(prefix="/instances/{key:int}", include_in_schema=False)

TABS = ("timeline", "variables", "incidents", "jobs", "decisions", "replay")


@router.get("", name="instance")
def instance(request: Request, services: Services, key: int, tab: str = "timeline") -> Response:
    queries = services.queries
    found = queries.instance(key)
    return render(
        request, "pages/instance.html", instance=found, tab=tab if tab in TABS else "timeline", **_details(queries, found)
    )


@router.get("/diagram.json", name="instance_diagram")
def diagram(services: Services, key: int) -> JSONResponse:
    return JSONResponse(instance_counts(services.queries, key))


@router.get("/replay.json", name="instance_replay")
def replay(services: Services, key: int) -> JSONResponse:
    """Every visit of a token and every value of the process's own variables, for the slider over the past.

    In the order of the records: an engine takes many steps within a millisecond.
    """
    queries = services.queries
    steps = [
        {
            "element_id": step.element_id,
            "state": step.state,
            "began": {"position": step.started_position, "at": step.started_at.isoformat()},
            "ended": {"position": step.ended_position, "at": step.ended_at.isoformat()} if step.ended_at else None,
        }
        for step in queries.element_instances(key)
        if step.element_type not in {"PROCESS", "MULTI_INSTANCE_BODY"}
    ]
    values = [
        {"name": value.name, "value": value.value, "set": {"position": value.position, "at": value.set_at.isoformat()}}
        for name in sorted({variable.name for variable in queries.variables(key, scope_key=key)})
        for value in queries.variable_history(key, name)
        if value.scope_key == key
    ]
    return JSONResponse({"steps": steps, "variables": values})


@router.get("/variables/{name}/history", name="variable_history")
def variable_history(request: Request, services: Services, key: int, name: str) -> Response:
    values = services.queries.variable_history(key, name)
    return render(request, "pages/_variable_history.html", name=name, values=list(reversed(values)))


@router.post("/variables", name="set_variable")
async def set_variable(
    request: Request,
    services: Services,
    key: int,
    scope: Annotated[EngineKey, Form()],
    name: Annotated[str, Form(min_length=1, max_length=200)],
    value: Annotated[str, Form()] = "",
) -> Response:
    """Set one variable in the scope it lives in; a new one is the instance's own."""
    if scope != key:
        elements = await run_in_threadpool(services.queries.element_instances, key)
        if scope not in {each.key for each in elements}:
            raise Problem(404, f"process instance {key} has no element instance {scope}")
    command = services.zeebe.set_variables(scope, {name: value_of(value)}, local=scope != key)
    note = language_of(request).gettext("%(name)s was set.") % {"name": name}
    return await carried_out(request, command, f"{_address(request, key)}?tab=variables", note)


@router.post("/cancel", name="cancel_instance")
async def cancel(request: Request, services: Services, key: int) -> Response:
    note = language_of(request).gettext("The instance was cancelled.")
    return await carried_out(request, services.zeebe.cancel_process_instance(key), _address(request, key), note)


@router.post("/retry", name="retry_instance")
async def retry(request: Request, services: Services, key: int) -> Response:
    """Retry every open incident of this instance."""
    _ = language_of(request).gettext
    incidents = await asyncio.to_thread(services.queries.instance_incidents, key)
    refused: list[ZeebeError] = []
    for each in incidents:
        if each.state == "OPEN":
            try:
                await retry_incident(services.zeebe, each)
            except ZeebeError as error:
                refused.append(error)
    if refused:
        values = {"count": len(refused), "reason": refused[0]}
        note = Flash(_("%(count)s incidents could not be retried: %(reason)s") % values, "bad")
    else:
        note = Flash(_("Retried. What still fails comes back as an incident."))
    return redirect(request, _address(request, key), note)


def _address(request: Request, key: int) -> str:
    return request.url_for("instance", key=key).path


def _details(queries: Queries, found: Instance) -> dict[str, Any]:
    key = found.key
    elements = {each.key: each for each in queries.element_instances(key)}
    incidents = queries.instance_incidents(key)
    return {
        "elements": elements,
        "timeline": list(reversed(queries.timeline(key))),
        "variables": queries.variables(key),
        "incidents": sorted(incidents, key=lambda each: (each.state != "OPEN", -each.key)),
        "open_incidents": [each for each in incidents if each.state == "OPEN"],
        "jobs": queries.jobs(key),
        "decisions": queries.decision_evaluations(key),
        "waiting": queries.waiting_for(key) if found.ended_at is None else [],
        "children": queries.child_instances(key),
        "ancestors": queries.ancestor_instances(key),
        "has_other_version": any(
            each.deleted_at is None and each.key != found.process_definition_key
            for each in queries.process_versions(found.bpmn_process_id)
        ),
    }
