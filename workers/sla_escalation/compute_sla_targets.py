"""Job worker for the service task `compute_sla_targets` of the SLA and escalation process and of the processes that call it."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from pydantic import BaseModel, Field

from services.sla import Change, ChangeKind, PauseReason, Plan, SlaDesk, TargetsAsked, parse_duration
from workers.sla_escalation.moments import Moment, write_moment
from workers.sla_escalation.ports import WorkTasks
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class Targets(BaseModel, frozen=True):
    """A row of `decisions/sla_targets.dmn`."""

    reply_within: str
    resolve_within: str


class SeenChange(BaseModel, frozen=True):
    """What the message `sla_changed` carries."""

    kind: ChangeKind
    id: str | None = Field(None, max_length=200)
    at: Moment | None = None
    by: str | None = Field(None, max_length=64)
    reason: str | None = Field(None, max_length=50)
    note: str | None = Field(None, max_length=2000)
    priority: str | None = Field(None, max_length=50)


class KnownTargets(BaseModel, frozen=True):
    """What the process knew before; the parent of the first computation has only the decision's row here."""

    resolve_due: str | None = None
    next: dict[str, Any] | None = None


class SubjectToCompute(BaseModel, frozen=True):
    subject_id: str = Field(min_length=1, max_length=200)
    subject_type: str = Field("work", max_length=100)
    subject: str | None = None
    team: str = Field(max_length=100)
    lead: str | None = Field(None, max_length=100)
    priority: str | None = Field(None, max_length=50)
    customer: str | None = Field(None, max_length=320)
    targets: Targets
    asked_at: Moment
    started_at: Moment | None = None
    sla_change: SeenChange | None = None
    sla: KnownTargets | None = None


@dataclass(frozen=True, slots=True)
class ComputeSlaTargets:
    """Start the clock or bring it up to date; give the process due times and the next step.

    How much time is promised is decided in `decisions/sla_targets.dmn`; when that time is over depends on the team's calendar
    and on pauses.
    """

    job_type: ClassVar[str] = "compute-sla-targets"

    desk: SlaDesk
    tasks: WorkTasks

    async def __call__(self, job: Job) -> Variables:
        seen = SubjectToCompute.model_validate(job.variables)
        plan = await asyncio.to_thread(self.desk.compute, _asked(job, seen), _change(job, seen))
        due = write_moment(plan.clock.resolve_due_at)
        if seen.sla is not None and seen.sla.next is not None and seen.sla.resolve_due != due:
            await self.tasks.move_due(job.process_instance_key, plan.clock.resolve_due_at)
            log.info("due_time_moved", job_key=job.key, due=due)
        return {"sla": _variables(seen.targets, plan)}


def _asked(job: Job, seen: SubjectToCompute) -> TargetsAsked:
    return TargetsAsked(
        subject_id=seen.subject_id,
        subject_type=seen.subject_type,
        subject=(seen.subject or "")[:500],
        team=seen.team,
        lead=seen.lead or "",
        priority=seen.priority or "",
        customer=seen.customer or "",
        process_instance_key=job.process_instance_key,
        reply_within=parse_duration(seen.targets.reply_within),
        resolve_within=parse_duration(seen.targets.resolve_within),
        started_at=seen.started_at or seen.asked_at,
        now=seen.asked_at,
    )


def _change(job: Job, seen: SubjectToCompute) -> Change | None:
    change = seen.sla_change
    if change is None:
        return None
    is_pause = change.kind == ChangeKind.PAUSED
    return Change(
        # A job keeps its key across retries, so a change without an id of its own is carried out once.
        change_id=change.id or f"job:{job.key}",
        subject_id=seen.subject_id,
        kind=change.kind,
        at=change.at or seen.asked_at,
        who=change.by or "",
        reason=change.reason or (PauseReason.OTHER.value if is_pause else ""),
        note=change.note or "",
        priority=change.priority or "",
    )


def _variables(targets: Targets, plan: Plan) -> Variables:
    step = plan.next_step
    return {
        "reply_within": targets.reply_within,
        "resolve_within": targets.resolve_within,
        "reply_due": write_moment(plan.clock.reply_due_at),
        "resolve_due": write_moment(plan.clock.resolve_due_at),
        "revision": plan.clock.revision,
        "is_running": plan.clock.is_running,
        "next": None if step is None else {"promise": step.promise.value, "share": step.share, "at": write_moment(step.at)},
    }
