"""Job worker for the service task `collect_facts` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import FinanceDesk, RateMissing, working_day_after
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

# So many working days an owner has to explain.
DAYS_TO_EXPLAIN = 2


class ProjectToCollect(BaseModel, frozen=True):
    close_id: str
    project_id: str


@dataclass(frozen=True, slots=True)
class CollectProjectFacts:
    """Plan and fact of each article of a project; what deviation is worth a question is decided in the table of tolerances."""

    job_type: ClassVar[str] = "collect-project-facts"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        wanted = ProjectToCollect.model_validate(job.variables)
        try:
            found = await asyncio.to_thread(self.desk.closes.collect, wanted.close_id, wanted.project_id)
        except RateMissing as error:
            raise BpmnError("RATE_MISSING", str(error), {"missing_currency": error.currency}) from error
        articles = {each.article_id: each for each in await asyncio.to_thread(self.desk.ledger.articles)}
        due_on = working_day_after(self.desk.working, self.desk.clock().date(), DAYS_TO_EXPLAIN + 1)
        return {
            "deviations": [
                {
                    "article_id": each.article_id,
                    "article_name": articles[each.article_id].name if each.article_id in articles else each.article_id,
                    "kind": articles[each.article_id].kind.value if each.article_id in articles else "expense",
                    # Exact enough to compare with a tolerance; the ledger has every digit.
                    "plan": float(each.plan),
                    "fact": float(each.fact),
                }
                for each in found
            ],
            "explain_by": self.desk.working.opens(due_on).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
