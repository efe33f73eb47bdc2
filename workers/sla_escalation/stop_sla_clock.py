"""Job worker for the service task `stop_sla_clock` of the processes that call SLA and escalation."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field

from services.sla import SlaDesk
from workers.sla_escalation.moments import Moment
from zeebe.job import Job, Variables


class WorkDone(BaseModel, frozen=True):
    subject_id: str
    asked_at: Moment
    outcome: str | None = Field(None, max_length=100)


@dataclass(frozen=True, slots=True)
class StopSlaClock:
    """The work is over: its clock ends at this moment."""

    job_type: ClassVar[str] = "stop-sla-clock"

    desk: SlaDesk

    async def __call__(self, job: Job) -> Variables:
        work = WorkDone.model_validate(job.variables)
        await asyncio.to_thread(self.desk.end, work.subject_id, work.asked_at, work.outcome or "done")
        return {}
