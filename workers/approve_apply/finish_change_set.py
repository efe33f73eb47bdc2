"""Job worker for the service task `finish_change_set` of the approve and apply process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.changes import ChangeDesk
from zeebe.job import Job, Variables


class SetToFinish(BaseModel, frozen=True):
    change_set_id: str


@dataclass(frozen=True, slots=True)
class FinishChangeSet:
    """Write the last line of the timeline and tell the process how the set ended."""

    job_type: ClassVar[str] = "finish-change-set"

    desk: ChangeDesk

    async def __call__(self, job: Job) -> Variables:
        set_id = SetToFinish.model_validate(job.variables).change_set_id
        change_set = await asyncio.to_thread(self.desk.finish, set_id)
        return {"outcome": change_set.state.value}
