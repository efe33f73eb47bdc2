"""Service levels: running clocks, one clock with the history of its targets, and changes to it."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import Field, model_validator
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services, SignedIn
from api.rest.shapes import Asked, Shown
from api.sla_board import SlaFilter, this_moment
from services.sla import Change, ChangeKind, Dial, Face, FaceState, PauseReason

router = APIRouter(prefix="/sla", tags=["service levels"])
SubjectId = Annotated[str, Path(max_length=200)]
Text = Annotated[str | None, Query(max_length=100)]


class FaceShown(Shown):
    promise: str
    state: FaceState
    within_s: int = Field(description="Promised working time.")
    left_s: int = Field(description="Working time left; negative where the promise is late.")
    due_at: datetime | None = Field(description="Null while the clock stands before it.")
    done_at: datetime | None


class ClockShown(Shown):
    subject_id: str
    subject_type: str
    subject: str
    team: str
    priority: str
    state: FaceState
    started_at: datetime
    paused_at: datetime | None
    pause_reason: str
    ended_at: datetime | None
    promises: list[FaceShown]


class PauseShown(Shown):
    started_at: datetime
    ended_at: datetime | None
    reason: str
    note: str
    started_by: str
    ended_by: str


class TargetShown(Shown):
    at: datetime
    reason: str
    note: str
    who: str
    old_priority: str | None
    priority: str
    old_reply_due_at: datetime | None
    reply_due_at: datetime | None
    old_resolve_due_at: datetime | None
    resolve_due_at: datetime | None


class StepShown(Shown):
    at: datetime
    kind: str
    promise: str
    share: int
    told: list[str]
    who: str
    note: str


class ClockWithHistoryShown(ClockShown):
    pauses: list[PauseShown]
    targets: list[TargetShown]
    steps: list[StepShown]


class ClocksShown(Shown):
    items: list[ClockShown]
    total: int


class ChangeAsked(Asked):
    """What happens to a clock; the same `change_id` again changes nothing."""

    kind: ChangeKind = Field(description="CALENDAR is the house's own.")
    reason: PauseReason | None = Field(None, description="Of a pause: for whom the work waits.")
    priority: str | None = Field(None, min_length=1, max_length=50)
    note: str = Field("", max_length=2000)
    change_id: str | None = Field(None, min_length=1, max_length=150)

    @model_validator(mode="after")
    def names_the_new_priority(self) -> Self:
        if (self.kind == ChangeKind.PRIORITY) != (self.priority is not None):
            raise ValueError("a change of kind PRIORITY, and no other, names the new priority")
        return self


@router.get("")
def list_clocks(
    services: Services,
    user: SignedIn,
    team: Text = None,
    priority: Text = None,
    state: FaceState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ClocksShown:
    """Running clocks of your teams, those with the least working time left first."""
    overview = services.sla.overview(user, SlaFilter(team, priority, state), this_moment())
    return ClocksShown(items=[_clock(dial) for dial in overview.dials[:limit]], total=len(overview.dials))


@router.get("/{subject_id}")
def get_clock(services: Services, user: SignedIn, subject_id: SubjectId) -> ClockWithHistoryShown:
    """One clock with its pauses, the history of its targets and what was done."""
    panel = services.sla.visible_panel(subject_id, user, this_moment())
    return ClockWithHistoryShown(
        **_clock(panel.dial).model_dump(),
        pauses=[PauseShown.model_validate(pause) for pause in panel.dial.pauses],
        targets=[TargetShown.model_validate(line) for line in panel.targets],
        steps=[StepShown.model_validate(step) for step in panel.steps],
    )


@router.post("/{subject_id}/changes", status_code=202)
async def change_clock(services: Services, user: SignedIn, subject_id: SubjectId, asked: ChangeAsked) -> ClockShown:
    """Pause the clock, let it go on, change the priority, or note the first reply; the process follows."""
    now = this_moment()
    await run_in_threadpool(services.sla.visible_panel, subject_id, user, now)
    change_id = f"rest:{asked.change_id or uuid.uuid4().hex}"
    reason = (asked.reason or PauseReason.OTHER).value if asked.kind == ChangeKind.PAUSED else ""
    change = Change(change_id, subject_id, asked.kind, now, user.name, reason, asked.note, asked.priority or "")
    await services.sla.change(change)
    panel = await run_in_threadpool(services.sla.visible_panel, subject_id, user, now)
    return _clock(panel.dial)


def _clock(dial: Dial) -> ClockShown:
    clock = dial.clock
    return ClockShown(
        subject_id=clock.subject_id,
        subject_type=clock.subject_type,
        subject=clock.subject,
        team=clock.team,
        priority=clock.priority,
        state=dial.state,
        started_at=clock.started_at,
        paused_at=clock.paused_at,
        pause_reason=clock.pause_reason,
        ended_at=clock.ended_at,
        promises=[_face(face) for face in dial.faces],
    )


def _face(face: Face) -> FaceShown:
    second = timedelta(seconds=1)
    return FaceShown(
        promise=face.promise.value,
        state=face.state,
        within_s=face.within // second,
        left_s=face.left // second,
        due_at=face.due_at,
        done_at=face.done_at,
    )
