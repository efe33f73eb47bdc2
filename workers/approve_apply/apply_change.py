"""Job worker for the service task `apply_change` of the approve and apply process."""

import math
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.changes import ChangeApplier, EffectUnknown, ItemState, NotApproved, NotSettled
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class ItemToApply(BaseModel, frozen=True):
    change_item_id: str


@dataclass(frozen=True, slots=True)
class ApplyChange:
    """Apply one item, once. A system that is busy fails the job, which comes again later."""

    job_type: ClassVar[str] = "apply-change"

    applier: ChangeApplier

    async def __call__(self, job: Job) -> Variables:
        item_id = ItemToApply.model_validate(job.variables).change_item_id
        try:
            item = await self.applier.apply(item_id)
        except NotSettled as wait:
            raise effect_unknown(wait, wait.seconds) from wait
        except EffectUnknown as error:
            raise effect_unknown(error, await self.applier.settle_seconds(item_id)) from error
        except NotApproved as error:
            # Overruling a conflict waits for its second person.
            raise BpmnError("CHANGE_CONFLICT", str(error)) from error
        log.info("change_applied", job_key=job.key, item_id=item_id, state=item.state.value)
        if item.state is ItemState.CONFLICT:
            raise BpmnError("CHANGE_CONFLICT", f"{item.record} {item.field} was changed by somebody else")
        if item.state is ItemState.FAILED:
            raise BpmnError("CHANGE_FAILED", item.problem)
        return {}


def effect_unknown(error: EffectUnknown, seconds: float) -> BpmnError:
    """The process waits so long, then reads back."""
    return BpmnError("EFFECT_UNKNOWN", str(error), {"settle_for": f"PT{max(1, math.ceil(seconds))}S"})
