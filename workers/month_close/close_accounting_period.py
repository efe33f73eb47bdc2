"""Job worker for the service task `close_accounting` of the month close process."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import AccountingPeriods, AccountingRefused, Month
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables


class PeriodToClose(BaseModel, frozen=True):
    month: str


@dataclass(frozen=True, slots=True)
class CloseAccountingPeriod:
    """Close the same month in the accounting system that is connected, if any."""

    job_type: ClassVar[str] = "close-accounting-period"

    accounting: AccountingPeriods

    async def __call__(self, job: Job) -> Variables:
        month = Month.parse(PeriodToClose.model_validate(job.variables).month)
        try:
            closed = await self.accounting.close(month)
        except AccountingRefused as error:
            raise BpmnError("ACCOUNTING_REFUSED", str(error), {"accounting_problem": str(error)}) from error
        return {"accounting_period": closed}
