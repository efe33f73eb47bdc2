"""Job worker for the service task `record_deviations` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import FinanceDesk, Verdict
from zeebe.job import Job, Variables


class Judged(BaseModel, frozen=True):
    article_id: str
    verdict: Verdict = Verdict.EXPLAIN
    reason: str | None = None


class DeviationsToRecord(BaseModel, frozen=True):
    close_id: str
    project_id: str
    verdicts: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordDeviations:
    """Keep the verdicts beside the numbers, read anew: variables carry no cents. What has no verdict is to be explained."""

    job_type: ClassVar[str] = "record-deviations"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        wanted = DeviationsToRecord.model_validate(job.variables)
        verdicts = {each.article_id: (each.verdict, each.reason or "") for each in wanted.verdicts}
        found = await asyncio.to_thread(self.desk.closes.collect, wanted.close_id, wanted.project_id)
        unexplained = await asyncio.to_thread(self.desk.closes.judge, wanted.close_id, wanted.project_id, found, verdicts)
        return {"unexplained": unexplained}
