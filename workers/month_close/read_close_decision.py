"""Job worker for the service tasks `read_check` and `read_approval` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import CloseState, FinanceDesk
from zeebe.job import Job, Variables

CHECK = "read_check"
AT_CHECK = {
    CloseState.APPROVING: "checked",
    CloseState.APPROVED: "checked",
    CloseState.RETURNED: "returned",
}
AT_APPROVAL = {
    CloseState.APPROVED: "approved",
    CloseState.LOCKED: "approved",
    CloseState.RETURNED: "returned",
}


class DecisionToRead(BaseModel, frozen=True):
    close_id: str


@dataclass(frozen=True, slots=True)
class ReadCloseDecision:
    """What was decided on the page, where the person is known; a variable from anywhere else counts for nothing."""

    job_type: ClassVar[str] = "read-close-decision"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        close = await asyncio.to_thread(self.desk.closes.close, DecisionToRead.model_validate(job.variables).close_id)
        decisions = AT_CHECK if job.element_id == CHECK else AT_APPROVAL
        return {"close_decision": decisions.get(close.state, "undecided")}
