"""Runs the SLA workers as the house does, and dies by kill -9 between acting and completing, once for each element named.

python -m tests.integration.dying_sla_workers GRPC REST DATABASE FOLDER ELEMENT…
"""

import sys
from functools import partial
from pathlib import Path

from bootstrap.sla import HistoryWorkTasks, sla_desk
from history.database import open_engine
from history.queries import Queries
from services.crm import SqlTicketDesk
from services.sla import InMemorySkillBook
from tests.integration.dying import Dying
from tests.integration.nursery import raise_workers
from workers.sla_escalation.desk_notes import DeskNotes
from workers.sla_escalation.every_worker import SlaPorts, sla_workers
from workers.sla_escalation.memory_ports import InMemoryRoster
from workers.sla_escalation.ports import Candidate
from zeebe.client import ZeebeClient
from zeebe.worker import JobWorkerLoop


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
    raise_workers(partial(main, *sys.argv[1:]))
