"""The inbox: user tasks to find, claim, decide and complete."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, field_validator

from api.cookies import Flash
from api.dependencies import Services, SignedIn, services_of
from api.model_texts import translated_form
from api.pages.addresses import with_query
from api.pages.fields import Optional
from api.pages.outcomes import carried_out
from api.pages.sla import panel_context
from api.pages.variables import parsed
from api.principal import Principal
from api.rest.shapes import Variables
from api.shell import Shell, language_of, render
from api.task_access import require_held, require_visible, visible
from history.queries import NotInHistory, Queries, TaskOrder, UserTask, UserTaskFilter

router = APIRouter(prefix="/inbox", include_in_schema=False)

TABS = ("open", "mine", "unassigned", "overdue", "completed")
# How long the inbox waits for its own read model after a command, so that the next page shows it.
CATCH_UP_SECONDS = 2.0
CATCH_UP_PAUSE_SECONDS = 0.03

# Variables that tell one task from the next on its card; the first that a process has is shown.
SUBJECT_VARIABLES = ("subject_id", "ticket_id")
SUMMARY_VARIABLES = ("summary", "subject", "title", "description")


class InboxQuery(BaseModel):
    """Tab, search and order, as they stand in the address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    tab: str = "open"
    q: Optional[str] = None
    process: Optional[str] = None
    order: TaskOrder = TaskOrder.NEWEST
    cursor: str | None = None

    @field_validator("order", mode="before")
    @classmethod
    def unknown_is_newest(cls, value: object) -> object:
        return value if value in set(TaskOrder) else TaskOrder.NEWEST

    def visible(self, user: Principal) -> UserTaskFilter:
        """What this person may see at all, within the search."""
        return visible(UserTaskFilter(bpmn_process_id=self.process, text=self.q), user)

    def as_filter(self, user: Principal, now: datetime) -> UserTaskFilter:
        where = self.visible(user)
        match self.tab:
            case "mine":
                return replace(where, assignee=user.name)
            case "unassigned":
                return replace(where, unassigned=True)
            case "overdue":
                return replace(where, due_before=now)
            case "completed":
                return replace(where, states=("COMPLETED",))
            case _:
                return where


@router.get("", name="inbox")
def inbox(request: Request, services: Services, user: SignedIn, query: Annotated[InboxQuery, Query()]) -> Response:
    """The list with its first task chosen."""
    return _show(request, services.queries, user, query, None)


@router.get("/{key:int}", name="task")
def task(request: Request, services: Services, user: SignedIn, key: int, query: Annotated[InboxQuery, Query()]) -> Response:
    return _show(request, services.queries, user, query, key)


@router.post("/{key:int}/claim", name="claim_task")
async def claim(request: Request, services: Services, user: SignedIn, key: int) -> Response:
    await asyncio.to_thread(_visible, services.queries, user, key)

    async def command() -> None:
        await services.zeebe.assign_user_task(key, user.name, allow_override=False)
        await _caught_up(services.queries, key, lambda task: task.assignee == user.name)

    note = language_of(request).gettext("The task is yours.")
    return await carried_out(request, command(), _task_address(request, key), note)


@router.post("/{key:int}/unclaim", name="unclaim_task")
async def unclaim(request: Request, services: Services, user: SignedIn, key: int) -> Response:
    await asyncio.to_thread(_held, services.queries, user, key)

    async def command() -> None:
        await services.zeebe.unassign_user_task(key)
        await _caught_up(services.queries, key, lambda task: not task.assignee)

    note = language_of(request).gettext("The task is free for others again.")
    return await carried_out(request, command(), _task_address(request, key), note)


class Completion(BaseModel, frozen=True):
    """What a form sends."""

    variables: Variables = {}


@router.post("/{key:int}/complete", name="complete_task")
async def complete(request: Request, services: Services, user: SignedIn, key: int, completion: Completion) -> JSONResponse:
    """Complete a task with its form's values; the browser goes on to the list."""
    await asyncio.to_thread(_held, services.queries, user, key)
    await services.zeebe.complete_user_task(key, completion.variables)
    done = await _caught_up(services.queries, key, lambda task: task.state == "COMPLETED")
    response = JSONResponse({"next": _within_list(request, request.app.url_path_for("inbox"))})
    language = language_of(request)
    note = language.gettext("“%(task)s” is completed.") % {"task": language.model_text(done.name or done.element_id)}
    shell: Shell = request.app.state.shell
    shell.cookies.keep_flashes(request, response, [Flash(note)])
    return response


@router.get("/{key:int}/form.json", name="task_form")
def task_form(request: Request, services: Services, user: SignedIn, key: int) -> JSONResponse:
    """The form of a task with the variables it shows; people who may see the task read the customer's own words."""
    task = _visible(services.queries, user, key)
    data = parsed(task.variables)
    if (ticket_id := _text(data, "ticket_id")) and (masked := _text(data, "masked_text")):
        data["masked_text"] = services.assistant.with_originals(ticket_id, masked)
    schema = _schema(services.queries, task)
    if schema is not None:
        schema = translated_form(schema, language_of(request).model_text)
    return JSONResponse({"schema": schema, "data": data})


def _visible(queries: Queries, user: Principal, key: int) -> UserTask:
    """A task this person may see.

    Raises:
        NotInHistory: there is none with this key, or it is none of this person's business.
    """
    return require_visible(queries.user_task(key), user)


def _held(queries: Queries, user: Principal, key: int) -> UserTask:
    """A task this person may decide.

    Raises:
        NotInHistory: as for `_visible`.
        Problem: somebody else, or nobody, holds it.
    """
    return require_held(queries.user_task(key), user)


def _summary(task: UserTask) -> str:
    """What this task is about, in its process's own words."""
    for name in SUMMARY_VARIABLES:
        value = parsed({name: task.variables[name]})[name] if name in task.variables else None
        if isinstance(value, str) and value:
            return value
    return ""


def _show(request: Request, queries: Queries, user: Principal, query: InboxQuery, key: int | None) -> Response:
    now = datetime.now(UTC)
    where = query.as_filter(user, now)
    page = queries.user_tasks(where, order=query.order, cursor=query.cursor, limit=50, with_variables=SUMMARY_VARIABLES)
    chosen = _visible(queries, user, key) if key else None
    if chosen is None and page.items:
        chosen = queries.user_task(page.items[0].key)
    return render(
        request,
        "pages/inbox.html",
        page=page,
        summaries={task.key: _summary(task) for task in page.items},
        query=query,
        counts=queries.user_task_counts(query.visible(user), me=user.name, now=now),
        processes=queries.processes(counted=False),
        task=chosen,
        ticket_id=_text(parsed(chosen.variables), "ticket_id") if chosen else "",
        opened=key is not None,
        url=with_query(request),
        **(_details(queries, chosen) if chosen else {}),
        **(_promises(request, user, chosen) if chosen else {"sla": None}),
        others=request.app.state.services.presence.others(chosen.key, user.name) if chosen else [],
    )


def _promises(request: Request, user: Principal, task: UserTask) -> dict[str, Any]:
    """The clock of what this task is about, where it has one."""
    for name in SUBJECT_VARIABLES:
        subject_id = parsed({name: task.variables[name]})[name] if name in task.variables else None
        if isinstance(subject_id, str) and subject_id:
            return panel_context(request, services_of(request), user, subject_id)
    return {"sla": None}


def _text(data: Mapping[str, Any], name: str) -> str:
    """A variable's value, where it is text."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _details(queries: Queries, task: UserTask) -> dict[str, Any]:
    return {
        "has_form": _schema(queries, task) is not None,
        "values": sorted(task.variables.items()),
        "timeline": [entry for entry in reversed(queries.timeline(task.process_instance_key)) if entry.kind in SHOWN],
    }


# What the people who decide a task care for; the operator's page shows the rest.
SHOWN = frozenset(
    {
        "INSTANCE_STARTED",
        "ELEMENT_COMPLETED",
        "USER_TASK_CREATED",
        "USER_TASK_ASSIGNED",
        "USER_TASK_COMPLETED",
        "TIMER_TRIGGERED",
        "MESSAGE_CORRELATED",
        "INCIDENT_CREATED",
        "INCIDENT_RESOLVED",
    }
)


def _schema(queries: Queries, task: UserTask) -> dict[str, Any] | None:
    """The task's form as form-js reads it; None when it has none or it is not known (yet)."""
    if task.form_key is None:
        return None
    try:
        document = queries.form(task.form_key).document
        return msgspec.json.decode(document, type=dict[str, Any])
    except (NotInHistory, msgspec.DecodeError, RecursionError):
        return None


def _task_address(request: Request, key: int) -> str:
    return _within_list(request, request.app.url_path_for("task", key=key))


def _within_list(request: Request, path: str) -> str:
    """An address with the list's filter, so that a decision does not lead away from it."""
    kept = {name: value for name, value in request.query_params.items() if name in InboxQuery.model_fields and name != "cursor"}
    return f"{path}?{urlencode(kept)}" if kept else path


async def _caught_up(queries: Queries, key: int, is_shown: Callable[[UserTask], bool]) -> UserTask:
    """The task once the read model has caught up with a command, or as it is when that takes too long."""
    deadline = monotonic() + CATCH_UP_SECONDS
    while True:
        task = await asyncio.to_thread(queries.user_task, key)
        if is_shown(task) or monotonic() > deadline:
            return task
        await asyncio.sleep(CATCH_UP_PAUSE_SECONDS)
