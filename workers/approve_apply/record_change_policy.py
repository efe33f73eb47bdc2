"""Job worker for the service task `record_policy` of the approve and apply process."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel

from services.changes import ChangeDesk, Requirement, Verdict
from workers.approve_apply.progress import progress
from zeebe.job import Job, Variables

# A policy that answers nothing we know is no permission: two people look.
UNDECIDED = Verdict(Requirement.FOUR_EYES, "NO_POLICY")


class PolicyOfItem(BaseModel, frozen=True):
    item_id: str
    requirement: Any = None
    reason: Any = None

    def verdict(self) -> Verdict:
        try:
            requirement = Requirement(self.requirement)
        except ValueError:
            return UNDECIDED
        return Verdict(requirement, self.reason if isinstance(self.reason, str) else "")


class PoliciesToRecord(BaseModel, frozen=True):
    change_set_id: str
    policies: tuple[PolicyOfItem, ...]


@dataclass(frozen=True, slots=True)
class RecordChangePolicy:
    """Keep what `decisions/change_policy.dmn` asks of each item; an item without an answer needs two people."""

    job_type: ClassVar[str] = "record-change-policy"

    desk: ChangeDesk

    async def __call__(self, job: Job) -> Variables:
        asked = PoliciesToRecord.model_validate(job.variables)
        known = {policy.item_id: policy.verdict() for policy in asked.policies}
        change_set = await asyncio.to_thread(self.desk.ledger.change_set, asked.change_set_id)
        verdicts = {item.item_id: known.get(item.item_id, UNDECIDED) for item in change_set.items}
        return progress(await asyncio.to_thread(self.desk.judge, asked.change_set_id, verdicts))
