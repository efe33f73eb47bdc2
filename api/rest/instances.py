"""Process instances: create, find, watch, change, cancel."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool

from api.bounds import EngineKey, Version
from api.dependencies import Services
from api.modifications import NothingToModify, NotThere, modifiable
from api.problems import Problem
from api.rest.shapes import Asked, Cursor, Key, KeyInPath, Limit, ListOf, Shown, Variables, page_of
from history.queries import InstanceFilter
from zeebe.answers import ProcessInstance, ProcessInstanceResult
from zeebe.client import LATEST_VERSION
from zeebe.errors import DeadlineExceeded

MOST_TOKENS = 500

router = APIRouter(prefix="/instances", tags=["process instances"])


class InstanceAsked(Asked):
    """Name a process by id, the newest version unless one is given, or a definition by key."""

    bpmn_process_id: str = Field("", max_length=1000)
    version: Version | None = None
    process_definition_key: Key | None = None
    variables: Variables = Field(default_factory=dict)
    await_result_ms: int | None = Field(
        None, ge=1, le=60_000, description="Wait so long for the end and answer with the result."
    )

    @model_validator(mode="after")
    def _names_a_process(self) -> "InstanceAsked":
        if bool(self.bpmn_process_id) == (self.process_definition_key is not None):
            raise ValueError("give either bpmn_process_id or process_definition_key")
        return self


class CreatedShown(Shown):
    process_instance_key: Key
    process_definition_key: Key
    bpmn_process_id: str
    version: int
    variables: dict[str, Any] | None = Field(None, description="The result, where it was awaited.")


class InstanceShown(Shown):
    key: Key
    bpmn_process_id: str
    process_name: str
    process_definition_key: Key
    version: int
    state: str
    started_at: datetime
    ended_at: datetime | None
    incident_count: int
    parent_process_instance_key: Key | None
    parent_element_instance_key: Key | None
    root_process_instance_key: Key


class InstancesAsked(Asked):
    """A filter; what is left out does not restrict."""

    bpmn_process_id: str | None = Field(None, max_length=1000)
    version: Version | None = None
    element_id: str | None = Field(None, max_length=1000)
    state: list[Literal["ACTIVE", "INCIDENT", "COMPLETED", "CANCELED"]] = Field(default_factory=list)
    variable_name: str | None = Field(None, max_length=1000)
    variable_value: str | None = Field(None, max_length=10_000, description="JSON; anything else is taken as text.")
    started_after: datetime | None = None
    started_before: datetime | None = None
    ended_after: datetime | None = None
    ended_before: datetime | None = None
    error_message: str | None = Field(None, max_length=1000)
    key: list[EngineKey] = Field(default_factory=list, max_length=500)
    parent_process_instance_key: EngineKey | None = None
    cursor: Cursor = None
    limit: Limit = 50
    with_total: bool = False

    def as_filter(self) -> InstanceFilter:
        given = self.model_dump(exclude={"state", "key", "cursor", "limit", "with_total"})
        return InstanceFilter(**given, states=tuple(self.state), keys=tuple(self.key))


@router.post("", status_code=201)
async def create_instance(asked: InstanceAsked, services: Services) -> CreatedShown:
    """Create an instance of a process."""
    create: Callable[..., Awaitable[ProcessInstance | ProcessInstanceResult]] = services.zeebe.create_process_instance
    if asked.await_result_ms is not None:
        wait_ms = asked.await_result_ms
        create = partial(services.zeebe.create_process_instance_with_result, request_timeout_ms=wait_ms)
    try:
        created = await create(
            asked.bpmn_process_id,
            asked.variables,
            version=LATEST_VERSION if asked.version is None else asked.version,
            process_definition_key=asked.process_definition_key or 0,
        )
    except DeadlineExceeded as error:
        if asked.await_result_ms is None:
            raise
        reason = (
            f"the instance was created, and did not end within the {asked.await_result_ms} ms of await_result_ms; it runs on"
        )
        raise Problem(408, reason) from error
    return CreatedShown.model_validate(created)


@router.get("")
def list_instances(asked: Annotated[InstancesAsked, Query()], services: Services) -> ListOf[InstanceShown]:
    """Instances, the newest first."""
    page = services.queries.instances(asked.as_filter(), cursor=asked.cursor, limit=asked.limit, with_total=asked.with_total)
    return page_of(page, InstanceShown.model_validate)


@router.get("/{key}")
def get_instance(key: KeyInPath, services: Services) -> InstanceShown:
    return InstanceShown.model_validate(services.queries.instance(key))


@router.post("/{key}/cancellation", status_code=204)
async def cancel_instance(key: KeyInPath, services: Services) -> None:
    """Cancel a running instance."""
    await run_in_threadpool(services.queries.instance, key)
    await services.zeebe.cancel_process_instance(key)


class BeginAsked(Asked):
    """Where a new token begins."""

    element_id: str = Field(min_length=1, max_length=1000)
    variables: Variables = Field(default_factory=dict, description="Set on the instance first.")


class MoveAsked(Asked):
    """A token that ends where it is and begins elsewhere."""

    element_instance_key: Key
    element_id: str = Field(min_length=1, max_length=1000)


class ModificationAsked(Asked):
    """What becomes of the tokens of an instance; all of it is done, or nothing."""

    move: list[MoveAsked] = Field(default_factory=list, max_length=MOST_TOKENS)
    end: list[Key] = Field(default_factory=list, max_length=MOST_TOKENS, description="Keys of element instances.")
    begin: list[BeginAsked] = Field(default_factory=list, max_length=MOST_TOKENS)


@router.post("/{key}/modification", status_code=204)
async def modify_instance(key: KeyInPath, asked: ModificationAsked, services: Services) -> None:
    """Move, end and begin tokens of a running instance past what the model says."""
    found = await run_in_threadpool(modifiable, services.queries, key)
    moved = {each.element_instance_key: each.element_id for each in asked.move}
    variables = {name: value for each in asked.begin for name, value in each.variables.items()}
    try:
        wanted = found.modification(moved, asked.end, [each.element_id for each in asked.begin], variables)
    except NothingToModify as error:
        raise Problem(422, str(error)) from error
    except NotThere as error:
        raise Problem(409, str(error)) from error
    await wanted.carry_out(services.zeebe)


@router.get("/{key}/called")
def list_called_instances(key: KeyInPath, services: Services) -> list[InstanceShown]:
    """Instances that call activities of this one started."""
    services.queries.instance(key)
    return [InstanceShown.model_validate(child) for child in services.queries.child_instances(key)]
