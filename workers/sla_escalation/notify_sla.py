"""Job worker for reminders, missed targets and escalations of the SLA and escalation process.

Serves `remind_at_half`, `remind_at_three_quarters`, `report_missed_reply`, `report_missed_resolution`, `escalate_to_lead` and
`escalate_to_manager`; the job header `level` says which.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import BaseModel, Field

from services.sla import Promise, SlaDesk, StepKind, StepTaken, parse_duration
from workers.sla_escalation.moments import Moment, write_moment
from workers.sla_escalation.ports import Audience, Notifier, Recipient, WorkTasks
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)

KINDS: Mapping[str, StepKind] = {
    "reminder": StepKind.REMINDED,
    "missed": StepKind.MISSED,
    "lead": StepKind.ESCALATED,
    "manager": StepKind.ESCALATED,
}
EVENTS: Mapping[str, str] = {
    "reminder": "sla_reminder",
    "missed": "sla_breached",
    "lead": "sla_escalated",
    "manager": "sla_escalated",
}


class UnknownLevel(ValueError):
    """A service task's header `level` names none of the levels."""


class DueStep(BaseModel, frozen=True):
    promise: Promise
    share: int
    at: Moment


class KnownTargets(BaseModel, frozen=True):
    next: DueStep
    revision: int


class StepRule(BaseModel, frozen=True):
    """A row of `decisions/sla_escalation.dmn`."""

    tell: list[str] = []
    is_urgent: bool = False
    answer_within: str | None = None


class SubjectToReport(BaseModel, frozen=True):
    subject_id: str
    subject_type: str = "work"
    subject: str | None = None
    team: str
    lead: str | None = None
    manager: str | None = None
    priority: str | None = None
    sla: KnownTargets
    step: StepRule = StepRule()
    asked_at: Moment = Field()


@dataclass(frozen=True, slots=True)
class NotifySla:
    """Tell those whom the decision names, and note that they were told; both happen once, however often the job runs."""

    job_type: ClassVar[str] = "notify-sla"

    desk: SlaDesk
    tasks: WorkTasks
    notifier: Notifier

    async def __call__(self, job: Job) -> Variables:
        seen = SubjectToReport.model_validate(job.variables)
        level = job.custom_headers.get("level", "")
        if level not in KINDS:
            raise UnknownLevel(f"element {job.element_id} has the header level={level!r}; it must be one of {', '.join(KINDS)}")
        clock = await asyncio.to_thread(self.desk.clock, seen.subject_id)
        due = seen.sla.next
        if level == "reminder" and (not clock.is_running or (due.promise == Promise.REPLY and clock.replied_at)):
            # A pause or a reply overtook the timer; the process computes its next step anew.
            log.info("reminder_overtaken", job_key=job.key)
            return {}
        recipients = await self._recipients(job, seen, level)
        request_id = f"{seen.subject_id}:{seen.sla.revision}:{due.promise}:{due.share}:{level}"
        values = {
            "subject": seen.subject or "",
            "team": seen.team,
            "priority": seen.priority or "",
            "promise": due.promise.value,
            "share": due.share,
            "due_at": write_moment(clock.due_at(due.promise) or due.at),
            "is_urgent": seen.step.is_urgent,
            "level": 2 if level == "manager" else 1,
        }
        await self.notifier.notify(EVENTS[level], recipients, f"{seen.subject_type}:{seen.subject_id}", values, request_id)
        told = tuple(recipient.name for recipient in recipients)
        step = StepTaken(request_id, seen.asked_at, KINDS[level], due.promise, due.share, seen.sla.revision, told)
        await asyncio.to_thread(self.desk.take_step, seen.subject_id, step)
        log.info("sla_notified", job_key=job.key, level=level, promise=due.promise.value, share=due.share, told=len(told))
        return await self._answer_by(seen, level)

    async def _recipients(self, job: Job, seen: SubjectToReport, level: str) -> list[Recipient]:
        named = {"lead": ["lead"], "manager": ["manager", "lead"]}.get(level, seen.step.tell)
        groups = {"team": seen.team, "lead": seen.lead, "manager": seen.manager}
        found: dict[Recipient, None] = {}
        for name in named:
            if name == "holder":
                holder = await self.tasks.holder(job.process_instance_key)
                # Work that nobody took is everybody's.
                found[Recipient(Audience.PERSON, holder) if holder else Recipient(Audience.GROUP, seen.team)] = None
            elif group := groups.get(name):
                found[Recipient(Audience.GROUP, group)] = None
        return list(found)

    async def _answer_by(self, seen: SubjectToReport, level: str) -> Variables:
        if level not in {"missed", "manager"} or seen.step.answer_within is None:
            return {}
        within = parse_duration(seen.step.answer_within)
        answer_by = await asyncio.to_thread(self.desk.answer_by, seen.subject_id, seen.asked_at, within)
        return {"answer_by": write_moment(answer_by)}
