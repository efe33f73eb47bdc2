"""Job worker for the service task `load_change_set` of the approve and apply process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.changes import ChangeDesk, ChangeItem, ChangeSet
from zeebe.job import Job, Variables


class SetToLoad(BaseModel, frozen=True):
    change_set_id: str


@dataclass(frozen=True, slots=True)
class LoadChangeSet:
    """Give the process what its policy reads of each item.

    Values and evidence stay in the ledger: variables are seen by many and kept for long.
    """

    job_type: ClassVar[str] = "load-change-set"

    desk: ChangeDesk

    async def __call__(self, job: Job) -> Variables:
        set_id = SetToLoad.model_validate(job.variables).change_set_id
        await asyncio.to_thread(self.desk.ledger.started, set_id, job.process_instance_key)
        change_set = await asyncio.to_thread(self.desk.ledger.change_set, set_id)
        return {
            "title": change_set.title,
            "author_name": change_set.author.name,
            "change_items": [_for_policy(change_set, item) for item in change_set.items],
        }


def _for_policy(change_set: ChangeSet, item: ChangeItem) -> Variables:
    return {
        "item_id": item.item_id,
        "system": item.system,
        "record": item.record,
        "field": item.field,
        "author_kind": change_set.author.kind.value,
        "confidence": item.confidence,
        # Exact enough to compare with a limit; the ledger has every digit.
        "amount": None if item.amount is None else float(item.amount),
        "filled_by_hand": item.is_filled_by_hand,
    }
