"""Job worker for the service task `read_back` of the approve and apply process."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.changes import ChangeApplier
from zeebe.job import Job, Variables


class ItemToReadBack(BaseModel, frozen=True):
    change_item_id: str


@dataclass(frozen=True, slots=True)
class ReadChangeBack:
    """Find out whether a request without an answer took effect; too early or not reachable, the job comes again."""

    job_type: ClassVar[str] = "read-change-back"

    applier: ChangeApplier

    async def __call__(self, job: Job) -> Variables:
        item = await self.applier.read_back(ItemToReadBack.model_validate(job.variables).change_item_id)
        return {"change_state": item.state.value}
