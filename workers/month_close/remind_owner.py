"""Job worker for the service task `remind_owner` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, Field

from services.finance import CloseNotifier, FinanceDesk
from zeebe.job import Job, Variables


class ProjectOfOwner(BaseModel, frozen=True):
    project_id: str
    name: str = ""
    owner: str = ""


class OwnerToRemind(BaseModel, frozen=True):
    close_id: str
    project: ProjectOfOwner = Field()


@dataclass(frozen=True, slots=True)
class RemindOwner:
    """Tell whoever should have explained by now, once."""

    job_type: ClassVar[str] = "remind-owner"

    desk: FinanceDesk
    notifier: CloseNotifier

    async def __call__(self, job: Job) -> Variables:
        wanted = OwnerToRemind.model_validate(job.variables)
        close = await asyncio.to_thread(self.desk.closes.close, wanted.close_id)
        deviations = await asyncio.to_thread(self.desk.closes.deviations, close.month, wanted.project.project_id)
        waiting = sum(each.is_open for each in deviations)
        if waiting:
            name = wanted.project.name or wanted.project.project_id
            await asyncio.to_thread(self.notifier.explanation_overdue, close, name, wanted.project.owner, waiting)
        return {}
