"""Runs the SLA workers as the house does, and dies by kill -9 between acting and completing, once for each element named.

python -m tests.integration.dying_sla_workers GRPC REST DATABASE FOLDER ELEMENT…
"""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from bootstrap.sla import HistoryWorkTasks, sla_desk
from history.database import open_engine
from history.queries import Queries
from services.crm import SqlTicketDesk
from services.sla import InMemorySkillBook
from workers.sla_escalation.desk_notes import DeskNotes
from workers.sla_escalation.every_worker import SlaPorts, sla_workers
from workers.sla_escalation.memory_ports import InMemoryRoster
from workers.sla_escalation.ports import Candidate
from zeebe.client import ZeebeClient
from zeebe.job import Job, JobWorker, Variables
from zeebe.worker import JobWorkerLoop


@dataclass(frozen=True)
class Dying:
    """A worker whose process does not survive its first job of some elements."""

    worker: JobWorker
    folder: Path
    elements: frozenset[str]

    @property
    def job_type(self) -> str:
        return self.worker.job_type

    async def __call__(self, job: Job) -> Variables:
        variables = await self.worker(job)
        died = self.folder / job.element_id
        if job.element_id in self.elements and not died.exists():
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return variables


async def main(grpc: str, rest: str, database: str, folder: str, *elements: str) -> None:
    engine = open_engine(database)
    async with ZeebeClient(grpc, rest) as client:
        ports = SlaPorts(
            desk=sla_desk(engine),
            skills=InMemorySkillBook(),
            tasks=HistoryWorkTasks(Queries(engine), client),
            roster=InMemoryRoster({"infrastructure": [Candidate("boris", 0)]}),
            notifier=DeskNotes(SqlTicketDesk(engine)),
        )
        workers = [Dying(worker, Path(folder), frozenset(elements)) for worker in sla_workers(ports)]
        await JobWorkerLoop(client, workers).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
