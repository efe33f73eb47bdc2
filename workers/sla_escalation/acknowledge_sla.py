"""Job worker for the service task `record_acknowledgement` of the SLA and escalation process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.sla import SlaDesk, StepKind, StepTaken
from workers.sla_escalation.moments import Moment
from workers.sla_escalation.notify_sla import KnownTargets
from zeebe.job import Job, Variables


class Acknowledgement(BaseModel, frozen=True):
    subject_id: str
    acknowledgement: str | None = None
    acknowledged_by: str | None = None
    sla: KnownTargets
    asked_at: Moment


@dataclass(frozen=True, slots=True)
class AcknowledgeSla:
    """Note what lead or manager decided about the missed target."""

    job_type: ClassVar[str] = "acknowledge-sla"

    desk: SlaDesk

    async def __call__(self, job: Job) -> Variables:
        seen = Acknowledgement.model_validate(job.variables)
        due = seen.sla.next
        step = StepTaken(
            request_id=f"{seen.subject_id}:{seen.sla.revision}:{due.promise}:{due.share}:acknowledged",
            at=seen.asked_at,
            kind=StepKind.ACKNOWLEDGED,
            promise=due.promise,
            share=due.share,
            revision=seen.sla.revision,
            who=(seen.acknowledged_by or "")[:64],
            note=(seen.acknowledgement or "")[:2000],
        )
        await asyncio.to_thread(self.desk.take_step, seen.subject_id, step)
        return {}
