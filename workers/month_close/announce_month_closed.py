"""Job worker for the service task `announce_closed` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import CloseNotifier, FinanceDesk
from zeebe.job import Job, Variables


class MonthToAnnounce(BaseModel, frozen=True):
    close_id: str
    lock_id: str = ""


@dataclass(frozen=True, slots=True)
class AnnounceMonthClosed:
    """Tell whom it concerns that a month is locked."""

    job_type: ClassVar[str] = "announce-month-closed"

    desk: FinanceDesk
    notifier: CloseNotifier

    async def __call__(self, job: Job) -> Variables:
        wanted = MonthToAnnounce.model_validate(job.variables)
        close = await asyncio.to_thread(self.desk.closes.close, wanted.close_id)
        await asyncio.to_thread(self.notifier.month_closed, close, wanted.lock_id)
        return {}
