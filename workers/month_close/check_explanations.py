"""Job worker for the service task `check_explanations` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import FinanceDesk
from zeebe.job import Job, Variables


class ProjectToCheck(BaseModel, frozen=True):
    close_id: str
    project_id: str


@dataclass(frozen=True, slots=True)
class CheckExplanations:
    """How many deviations of a project still wait; a user task completed without explaining them comes back."""

    job_type: ClassVar[str] = "check-explanations"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        wanted = ProjectToCheck.model_validate(job.variables)
        close = await asyncio.to_thread(self.desk.closes.close, wanted.close_id)
        deviations = await asyncio.to_thread(self.desk.closes.deviations, close.month, wanted.project_id)
        return {"unexplained": sum(each.is_open for each in deviations)}
