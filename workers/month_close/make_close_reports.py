"""Job worker for the service task `make_reports` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import CloseReports, FinanceDesk
from zeebe.job import Job, Variables


class CloseToReport(BaseModel, frozen=True):
    close_id: str


@dataclass(frozen=True, slots=True)
class MakeCloseReports:
    """Ask for the reports of the locked month; a background process makes them."""

    job_type: ClassVar[str] = "make-close-reports"

    desk: FinanceDesk
    reports: CloseReports

    async def __call__(self, job: Job) -> Variables:
        close = await asyncio.to_thread(self.desk.closes.close, CloseToReport.model_validate(job.variables).close_id)
        return {"report_runs": list(await asyncio.to_thread(self.reports.request, close))}
