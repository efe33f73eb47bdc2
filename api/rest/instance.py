"""One process instance from inside: elements, variables, jobs, decisions, timeline."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from api.problems import Problem
from api.rest.shapes import Asked, JsonValue, Key, KeyInPath, Shown, Variables

router = APIRouter(prefix="/instances/{key}", tags=["process instances"])


class ElementInstanceShown(Shown):
    key: Key
    element_id: str
    element_name: str
    element_type: str
    flow_scope_key: Key
    state: str
    incident_count: int
    started_at: datetime
    ended_at: datetime | None


class VariableShown(Shown):
    key: Key
    name: str
    value: JsonValue
    scope_key: Key
    created_at: datetime
    updated_at: datetime


class VariableValueShown(Shown):
    variable_key: Key
    name: str
    value: JsonValue
    scope_key: Key
    set_at: datetime
    replaced_at: datetime | None


class VariablesAsked(Asked):
    variables: Variables
    scope_key: Key | None = Field(None, description="An element instance of this instance; the instance itself unless given.")
    local: bool = Field(default=False, description="Set them in this scope only, instead of where they exist around it.")


class JobShown(Shown):
    key: Key
    type: str
    kind: str
    state: str
    retries: int
    worker: str
    deadline: datetime | None
    error_message: str
    error_code: str
    headers: dict[str, str]
    element_id: str
    element_instance_key: Key
    created_at: datetime
    ended_at: datetime | None


class TimelineEntryShown(Shown):
    at: datetime
    position: int
    kind: str
    element_id: str
    element_name: str
    element_type: str
    element_instance_key: Key | None
    detail: str


@router.get("/elements")
def list_element_instances(key: KeyInPath, services: Services) -> list[ElementInstanceShown]:
    """Every visit of a token to an element."""
    services.queries.instance(key)
    return [ElementInstanceShown.model_validate(each) for each in services.queries.element_instances(key)]


@router.get("/variables")
def list_variables(key: KeyInPath, services: Services) -> list[VariableShown]:
    services.queries.instance(key)
    return [VariableShown.model_validate(each) for each in services.queries.variables(key)]


@router.put("/variables", status_code=204)
async def set_variables(key: KeyInPath, asked: VariablesAsked, services: Services) -> None:
    """Set variables of the instance, or of one of its element instances."""
    await run_in_threadpool(services.queries.instance, key)
    scope_key = asked.scope_key or key
    if scope_key != key:
        elements = await run_in_threadpool(services.queries.element_instances, key)
        if scope_key not in {each.key for each in elements}:
            raise Problem(404, f"process instance {key} has no element instance {scope_key}")
    await services.zeebe.set_variables(scope_key, asked.variables, local=asked.local)


@router.get("/variables/{name}/history")
def list_variable_values(key: KeyInPath, name: str, services: Services) -> list[VariableValueShown]:
    """Every value that a variable had, the newest first."""
    services.queries.instance(key)
    return [VariableValueShown.model_validate(each) for each in services.queries.variable_history(key, name)]


@router.get("/jobs")
def list_jobs(key: KeyInPath, services: Services) -> list[JobShown]:
    services.queries.instance(key)
    return [JobShown.model_validate(each) for each in services.queries.jobs(key)]


@router.get("/timeline")
def get_timeline(key: KeyInPath, services: Services) -> list[TimelineEntryShown]:
    """Everything that happened, the oldest first."""
    services.queries.instance(key)
    return [TimelineEntryShown.model_validate(each) for each in services.queries.timeline(key)]
