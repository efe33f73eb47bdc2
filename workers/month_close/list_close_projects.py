"""Job worker for the service task `list_projects` of the month close process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.finance import FinanceDesk
from zeebe.job import Job, Variables


class CloseToList(BaseModel, frozen=True):
    close_id: str


@dataclass(frozen=True, slots=True)
class ListCloseProjects:
    """The projects that planned or booked anything in the month, with their owners; one nobody knows any more keeps its id."""

    job_type: ClassVar[str] = "list-close-projects"

    desk: FinanceDesk

    async def __call__(self, job: Job) -> Variables:
        close_id = CloseToList.model_validate(job.variables).close_id
        await asyncio.to_thread(self.desk.closes.begin_collecting, close_id)
        involved = await asyncio.to_thread(self.desk.closes.projects_with_amounts, close_id)
        known = {each.project_id: each for each in await asyncio.to_thread(self.desk.projects.projects)}
        projects = []
        for project_id in involved:
            one = known.get(project_id)
            name, owner = (one.name, one.owner) if one else (project_id, "")
            projects.append({"project_id": project_id, "name": name, "owner": owner})
        return {"projects": projects}
