"""Job worker for the service task `collect_decisions` of the approve and apply process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.changes import ChangeDesk
from workers.approve_apply.progress import progress
from zeebe.job import Job, Variables


class DecisionsToCollect(BaseModel, frozen=True):
    change_set_id: str


@dataclass(frozen=True, slots=True)
class CollectChangeDecisions:
    """Ask the ledger what people decided; a user task completed without decisions comes back."""

    job_type: ClassVar[str] = "collect-change-decisions"

    desk: ChangeDesk

    async def __call__(self, job: Job) -> Variables:
        set_id = DecisionsToCollect.model_validate(job.variables).change_set_id
        return progress(await asyncio.to_thread(self.desk.ledger.change_set, set_id))
