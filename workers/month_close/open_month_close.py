"""Job worker for the service task `open_month_close` of the month close process."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.finance import AlreadyClosing, FinanceDesk, Month, first_working_day
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)
# Who opens a close that nobody asked for.
CALENDAR = "calendar"


class CloseToOpen(BaseModel, frozen=True):
    """Without a month it is the one before this."""

    month: str = ""
    requested_by: str = ""


@dataclass(frozen=True, slots=True)
class OpenMonthClose:
    """Begin the close of a month, unless it is locked or under way; one that the calendar began waits for a working day."""

    job_type: ClassVar[str] = "open-month-close"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        wanted = CloseToOpen.model_validate(job.variables)
        now = self.desk.clock()
        month = Month.parse(wanted.month) if wanted.month else Month.of(now.date()).previous
        person = wanted.requested_by or CALENDAR
        try:
            opened = await asyncio.to_thread(self.desk.closes.open, month, person, job.process_instance_key)
        except AlreadyClosing as already:
            log.info("close_not_opened", job_key=job.key, month=str(month), reason=str(already))
            return {"to_close": False, "month": str(month)}
        # Asked for by a person it waits for no working day, yet no month is closed before it is over.
        ended_at = datetime.combine(month.next.first, time.min, UTC)
        starts_at = ended_at if wanted.requested_by else max(now, self.desk.working.opens(self._first_day(now.date())))
        return {
            "to_close": True,
            "month": str(month),
            "close_id": opened.close_id,
            "starts_at": starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _first_day(self, today: date) -> date:
        """The first working day of this month, or today where that has passed."""
        return max(today, first_working_day(self.desk.working, Month.of(today)))
