"""User tasks: find, claim, decide."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.bounds import EngineKey
from api.dependencies import Services, SignedIn
from api.problems import Problem
from api.rest.shapes import (
    Asked,
    Cursor,
    Key,
    KeyInPath,
    Limit,
    ListOf,
    Shown,
    Variables,
    page_of,
    parsed_variables,
)
from api.task_access import oversees, require_held, require_visible, visible
from history.queries import TaskOrder, UserTask, UserTaskFilter

router = APIRouter(prefix="/user-tasks", tags=["user tasks"])


class UserTaskShown(Shown):
    key: Key
    state: str
    name: str
    element_id: str
    element_instance_key: Key
    bpmn_process_id: str
    process_name: str
    process_definition_key: Key
    process_version: int
    process_instance_key: Key
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    due_at: datetime | None
    follow_up_at: datetime | None
    form_key: Key | None
    external_form_reference: str | None
    created_at: datetime
    ended_at: datetime | None
    completed_by: str | None
    variables: dict[str, Any] = Field(default_factory=dict, description="Empty in a list, unless asked for by name.")


class UserTasksAsked(Asked):
    """A filter; only open tasks unless told otherwise, and only those the account may see."""

    state: tuple[Literal["CREATED", "COMPLETED", "CANCELED"], ...] = ("CREATED",)
    assignee: str | None = Field(None, max_length=1000)
    unassigned: bool = False
    candidate_group: list[str] = Field(default_factory=list, max_length=100)
    candidate_user: str | None = Field(None, max_length=1000)
    bpmn_process_id: str | None = Field(None, max_length=1000)
    element_id: str | None = Field(None, max_length=1000)
    process_instance_key: EngineKey | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    text: str | None = Field(None, max_length=1000)
    order: TaskOrder = TaskOrder.NEWEST
    variable: list[str] = Field(default_factory=list, max_length=50, description="Names of variables to show in the list.")
    cursor: Cursor = None
    limit: Limit = 50
    with_total: bool = False

    def as_filter(self) -> UserTaskFilter:
        paging = {"state", "candidate_group", "order", "variable", "cursor", "limit", "with_total"}
        given = self.model_dump(exclude=paging)
        return UserTaskFilter(**given, states=self.state, candidate_groups=tuple(self.candidate_group))


class AssigneeAsked(Asked):
    assignee: str = Field("", max_length=1000, description="Empty: whoever asks.")


class CompletionAsked(Asked):
    variables: Variables = Field(default_factory=dict)
    action: str = Field("complete", max_length=200)


@router.get("")
def list_user_tasks(
    asked: Annotated[UserTasksAsked, Query()], services: Services, principal: SignedIn
) -> ListOf[UserTaskShown]:
    page = services.queries.user_tasks(
        visible(asked.as_filter(), principal),
        order=asked.order,
        cursor=asked.cursor,
        limit=asked.limit,
        with_total=asked.with_total,
        with_variables=tuple(asked.variable),
    )
    return page_of(page, _shown)


@router.get("/{key}")
def get_user_task(key: KeyInPath, services: Services, principal: SignedIn) -> UserTaskShown:
    """A task with every variable it sees."""
    return _shown(require_visible(services.queries.user_task(key), principal))


@router.get("/{key}/form")
def get_form(key: KeyInPath, services: Services, principal: SignedIn) -> dict[str, Any]:
    """The task's form, as form-js reads it."""
    task = require_visible(services.queries.user_task(key), principal)
    if task.form_key is None:
        raise Problem(404, f"user task {key} has no form of ours")
    document: dict[str, Any] = json.loads(services.queries.form(task.form_key).document)
    return document


@router.put("/{key}/assignee", status_code=204)
async def assign_user_task(key: KeyInPath, asked: AssigneeAsked, services: Services, principal: SignedIn) -> None:
    """Claim a task; managers and operators may also assign it to somebody else."""
    task = require_visible(await run_in_threadpool(services.queries.user_task, key), principal)
    assignee = asked.assignee or principal.name
    if not oversees(principal) and assignee != principal.name:
        raise Problem(403, "only managers and operators assign tasks to others; leave assignee empty to claim it")
    await services.zeebe.assign_user_task(task.key, assignee, allow_override=oversees(principal))


@router.delete("/{key}/assignee", status_code=204)
async def unassign_user_task(key: KeyInPath, services: Services, principal: SignedIn) -> None:
    """Give a task back."""
    require_held(await run_in_threadpool(services.queries.user_task, key), principal)
    await services.zeebe.unassign_user_task(key)


@router.post("/{key}/completion", status_code=204)
async def complete_user_task(
    key: KeyInPath, services: Services, principal: SignedIn, asked: CompletionAsked | None = None
) -> None:
    """Complete a task with its form's values."""
    asked = asked or CompletionAsked()
    require_held(await run_in_threadpool(services.queries.user_task, key), principal)
    await services.zeebe.complete_user_task(key, asked.variables, action=asked.action)


def _shown(task: UserTask) -> UserTaskShown:
    fields = {name: getattr(task, name) for name in UserTaskShown.model_fields if name != "variables"}
    return UserTaskShown(**fields, variables=parsed_variables(task.variables))
