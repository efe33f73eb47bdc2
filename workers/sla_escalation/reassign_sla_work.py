"""Job worker for the service task `reassign_work` of the SLA and escalation process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.sla import SlaDesk, StepKind, StepTaken
from workers.sla_escalation.moments import Moment
from workers.sla_escalation.notify_sla import KnownTargets
from workers.sla_escalation.ports import Audience, Notifier, Recipient, WorkTasks
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class WorkToReassign(BaseModel, frozen=True):
    subject_id: str
    subject_type: str = "work"
    subject: str | None = None
    to: str
    sla: KnownTargets
    asked_at: Moment


@dataclass(frozen=True, slots=True)
class ReassignSlaWork:
    """Give the late work to the one that `decisions/sla_reassignment.dmn` chose, and tell them."""

    job_type: ClassVar[str] = "reassign-sla-work"

    desk: SlaDesk
    tasks: WorkTasks
    notifier: Notifier

    async def __call__(self, job: Job) -> Variables:
        work = WorkToReassign.model_validate(job.variables)
        if not await self.tasks.pass_on(job.process_instance_key, work.to):
            log.info("nothing_to_pass_on", job_key=job.key)
            return {}
        due = work.sla.next
        request_id = f"{work.subject_id}:{work.sla.revision}:{due.promise}:{due.share}:reassigned"
        recipients = [Recipient(Audience.PERSON, work.to)]
        values = {"subject": work.subject or "", "promise": due.promise.value}
        subject_key = f"{work.subject_type}:{work.subject_id}"
        await self.notifier.notify("sla_reassigned", recipients, subject_key, values, request_id)
        step = StepTaken(
            request_id, work.asked_at, StepKind.REASSIGNED, due.promise, due.share, work.sla.revision, told=(work.to,)
        )
        await asyncio.to_thread(self.desk.take_step, work.subject_id, step)
        log.info("work_passed_on", job_key=job.key)
        return {}
