"""Service levels: what is pressing, one clock with its history, and what a person may do about it."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.concurrency import run_in_threadpool

from api.bounds import MAX_NUMBER
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.addresses import with_query
from api.pages.fields import Optional
from api.pages.outcomes import refusal
from api.pages.sla_texts import history, labels
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, local_address, redirect, render
from api.sla_board import SlaFilter, this_moment
from history.queries import Queries, UserTask, UserTaskFilter
from services.sla import Change, ChangeKind, FaceState, PauseReason
from zeebe.errors import ZeebeError

router = APIRouter(prefix="/sla", include_in_schema=False)

PAGE_SIZE = 50
ACKNOWLEDGING = ("acknowledge_as_lead", "acknowledge_as_manager")
PRIORITIES = ("critical", "high", "normal", "low")
Text = Annotated[str, Form(max_length=2000)]


class SlaQuery(BaseModel):
    """The filter as it stands in the address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    team: Optional[str] = None
    priority: Optional[str] = None
    state: FaceState | None = None
    page: int = Field(1, ge=1, le=MAX_NUMBER)

    @field_validator("state", mode="before")
    @classmethod
    def unknown_is_all(cls, value: object) -> object:
        return value if value in set(FaceState) else None

    @field_validator("page", mode="before")
    @classmethod
    def pages_begin_at_one(cls, value: object) -> object:
        text = str(value)
        return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


@router.get("", name="sla")
def sla_page(request: Request, services: Services, user: SignedIn, query: Annotated[SlaQuery, Query()]) -> Response:
    overview = services.sla.overview(user, SlaFilter(query.team, query.priority, query.state), this_moment())
    start = (query.page - 1) * PAGE_SIZE
    return render(
        request,
        "pages/sla.html",
        overview=overview,
        dials=overview.dials[start : start + PAGE_SIZE],
        has_more=len(overview.dials) > start + PAGE_SIZE,
        query=query,
        url=with_query(request),
        **labels(language_of(request)),
    )


@router.get("/clocks/{subject_id}", name="sla_clock")
def sla_clock_page(request: Request, services: Services, user: SignedIn, subject_id: str) -> Response:
    services.sla.visible_panel(subject_id, user, this_moment())
    return render(request, "pages/sla_clock.html", **panel_context(request, services, user, subject_id))


@router.post("/clocks/{subject_id}/pause")
async def pause_clock(
    request: Request,
    services: Services,
    user: SignedIn,
    subject_id: str,
    reason: Annotated[PauseReason, Form()],
    note: Text = "",
    back: Text = "",
) -> Response:
    said = language_of(request).gettext("The clock stands still.")
    change = _change(user, subject_id, ChangeKind.PAUSED, reason=reason.value, note=note)
    return await _carried_out(request, services, user, change, back, said)


@router.post("/clocks/{subject_id}/resume")
async def resume_clock(
    request: Request, services: Services, user: SignedIn, subject_id: str, note: Text = "", back: Text = ""
) -> Response:
    said = language_of(request).gettext("The clock runs again.")
    change = _change(user, subject_id, ChangeKind.RESUMED, note=note)
    return await _carried_out(request, services, user, change, back, said)


@router.post("/clocks/{subject_id}/priority")
async def change_priority(
    request: Request,
    services: Services,
    user: SignedIn,
    subject_id: str,
    priority: Annotated[str, Form(min_length=1, max_length=50)],
    note: Text = "",
    back: Text = "",
) -> Response:
    said = language_of(request).gettext("The targets are being worked out anew.")
    change = _change(user, subject_id, ChangeKind.PRIORITY, priority=priority, note=note)
    return await _carried_out(request, services, user, change, back, said)


@router.post("/clocks/{subject_id}/acknowledge")
async def acknowledge(
    request: Request, services: Services, user: SignedIn, subject_id: str, note: Text = "", back: Text = ""
) -> Response:
    """Answer for a missed target: completes the escalation's user task in this person's name."""
    panel = await run_in_threadpool(services.sla.visible_panel, subject_id, user, this_moment())
    instance_key = panel.clock.process_instance_key
    task = await run_in_threadpool(acknowledgement_task, services.queries, user, instance_key)
    if task is None:
        raise Problem(409, f"no escalation of {subject_id} waits for you: it was answered already, or is another group's")
    address = local_address(back, f"/sla/clocks/{subject_id}")
    answer = {"acknowledgement": note, "acknowledged_by": user.name}
    try:
        await services.zeebe.complete_user_task(task.key, answer)
    except ZeebeError as error:
        return redirect(request, address, refusal(request, error))
    return redirect(request, address, Flash(language_of(request).gettext("Your answer is recorded.")))


def panel_context(request: Request, services: ApiServices, user: Principal, subject_id: str) -> dict[str, Any]:
    """What `pages/_ticket_sla.html` needs, for any page about a subject; `sla` is None where it has no clock."""
    language = language_of(request)
    panel = services.sla.panel(subject_id, this_moment())
    if panel is None:
        return {"sla": None, **labels(language)}
    task = acknowledgement_task(services.queries, user, panel.clock.process_instance_key)
    return {"sla": panel, "sla_task": task, "sla_history": history(panel, language), **labels(language)}


def acknowledgement_task(queries: Queries, user: Principal, process_instance_key: int) -> UserTask | None:
    """The open escalation task about this work that this person may answer."""
    watches = [process_instance_key, *(child.key for child in queries.child_instances(process_instance_key))]
    for key in watches:
        for task in queries.user_tasks(UserTaskFilter(process_instance_key=key)).items:
            is_theirs = user.may("manager", "operator") or not user.groups.isdisjoint(task.candidate_groups)
            if task.element_id in ACKNOWLEDGING and is_theirs:
                return task
    return None


def _change(user: Principal, subject_id: str, kind: ChangeKind, **values: str) -> Change:
    return Change(f"page:{uuid.uuid4().hex}", subject_id, kind, this_moment(), user.name, **values)


async def _carried_out(
    request: Request, services: ApiServices, user: Principal, change: Change, back: str, said: str
) -> Response:
    await run_in_threadpool(services.sla.visible_panel, change.subject_id, user, change.at)
    await services.sla.change(change)
    return redirect(request, local_address(back, f"/sla/clocks/{change.subject_id}"), Flash(said))
