"""Job worker for the service task `find_candidates` of the SLA and escalation process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.sla import SkillBook
from workers.sla_escalation.moments import Moment
from workers.sla_escalation.ports import TeamRoster, WorkTasks
from zeebe.job import Job, Variables

# The decision looks at each of them; who has the most to do would not be chosen anyway.
MOST_CANDIDATES = 30


class WorkToPassOn(BaseModel, frozen=True):
    team: str
    skill: str | None = None
    asked_at: Moment


@dataclass(frozen=True, slots=True)
class FindSlaCandidates:
    """List who could take the work over, with load and skill; who fits is decided in `decisions/sla_reassignment.dmn`."""

    job_type: ClassVar[str] = "find-sla-candidates"

    roster: TeamRoster
    skills: SkillBook
    tasks: WorkTasks

    async def __call__(self, job: Job) -> Variables:
        work = WorkToPassOn.model_validate(job.variables)
        holder = await self.tasks.holder(job.process_instance_key)
        found = sorted(await self.roster.candidates(work.team), key=lambda one: (one.open_tasks, one.username))
        found = found[:MOST_CANDIDATES]
        known = await asyncio.to_thread(self.skills.skills, [one.username for one in found])
        today = work.asked_at.date()
        return {
            "candidates": [
                {
                    "name": one.username,
                    "open_tasks": one.open_tasks,
                    "is_holder": one.username == holder,
                    "is_skilled": known[one.username].has(work.skill or ""),
                    "is_away": known[one.username].is_away(today),
                }
                for one in found
            ]
        }
