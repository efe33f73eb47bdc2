"""Job worker for the service task `lock_month` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.finance import FinanceDesk, InputsChanged
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class MonthToLock(BaseModel, frozen=True):
    close_id: str


@dataclass(frozen=True, slots=True)
class LockMonth:
    """Lock what was approved; numbers that moved since go back to collecting."""

    job_type: ClassVar[str] = "lock-month"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        close_id = MonthToLock.model_validate(job.variables).close_id
        try:
            lock = await asyncio.to_thread(self.desk.closes.lock, close_id)
        except InputsChanged as error:
            raise BpmnError("INPUTS_CHANGED", str(error)) from error
        log.info("month_locked", job_key=job.key, close_id=close_id, lock_id=lock.lock_id)
        return {"lock_id": lock.lock_id}
