"""A worker that is killed between acting and completing its job does nothing twice."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from cli.scenarios.models import read_models
from engine.gateway.clock import ControlledClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from history.projector import Projector
from services.crm import NewTicket, SqlTicketDesk
from tests.databases import empty_database
from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.records import Record, decode_lines

ROOT = Path(__file__).parents[2]
DEADLY = ("report_missed_resolution", "reassign_work", "escalate_to_lead")
HOUR_MS = 3_600_000
CLASSIFIED = {"category": "Storage", "priority": "normal", "confidence": 0.99, "threshold": 0.5}


@dataclass
class Watched:
    """A gateway with a controlled clock, its read models, and the worker processes that come and go."""

    client: ZeebeClient
    management: httpx.AsyncClient
    arguments: tuple[str, ...]
    engine: Engine
    projector: Projector
    records: list[Record]
    process: asyncio.subprocess.Process | None = None
    deaths: int = 0

    async def look(self) -> None:
        position = self.records[-1].position if self.records else -1
        answer = await self.management.get("/actuator/records", params={"from": position})
        fresh = list(decode_lines(answer.content))
        self.records += fresh
        self.projector.apply(fresh)

    async def until_active(self, element_id: str) -> None:
        """Let the workers work, and begin new ones whenever they were killed, until an element is reached."""
        give_up_at = time.monotonic() + 90
        while not any(self._reached(record, element_id) for record in self.records):
            assert time.monotonic() < give_up_at, element_id
            if self.process is None or self.process.returncode is not None:
                self.deaths += self.process is not None
                # The job of the one that died goes to another worker once its time is over.
                await self.add_time(HOUR_MS // 30)
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "tests.integration.dying_sla_workers", *self.arguments, cwd=ROOT
                )
            await asyncio.sleep(0.1)
            await self.look()

    async def add_time(self, milliseconds: int) -> None:
        await self.management.post("/actuator/clock/add", json={"offsetMilli": milliseconds})

    async def complete(self, job_type: str, variables: dict[str, object]) -> None:
        for _ in range(50):
            for job in await self.client.activate_jobs(
                job_type, max_jobs=1, worker="test", timeout_ms=60_000, request_timeout_ms=200
            ):
                await self.client.complete_job(job.key, variables)
                return
        pytest.fail(f"no job of type {job_type}")

    def lines(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    @staticmethod
    def _reached(record: Record, element_id: str) -> bool:
        return record.intent == "ELEMENT_ACTIVATED" and record.value["elementId"] == element_id


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    database = f"sqlite:///{folder / 'penstock.db'}"
    engine = empty_database(database)
    partition = DurablePartition(MemoryStore(), ControlledClock(pinned=time.time_ns() // 1_000_000))
    await partition.start()
    config = GatewayConfig(data_dir=Path(), grpc_port=0, rest_port=0, management_port=0, clock="controlled")
    async with (
        serving(partition, config) as listening,
        ZeebeClient(listening.grpc_address, listening.rest_url) as client,
        httpx.AsyncClient(base_url=listening.management_url, timeout=30, trust_env=False) as management,
    ):
        models = read_models([ROOT / "processes" / "ticket_triage", ROOT / "processes" / "sla_escalation", ROOT / "decisions"])
        await client.deploy_resources(models.resources)
        arguments = (listening.grpc_address, listening.rest_url, database, str(folder), *DEADLY)
        here = Watched(client, management, arguments, engine, Projector(engine), [])
        try:
            yield here
        finally:
            if here.process is not None and here.process.returncode is None:
                here.process.kill()
            if here.process is not None:
                await here.process.wait()
    await partition.stop()
    engine.dispose()


async def test_a_killed_worker_notifies_once_and_passes_the_work_on_once(tmp_path: Path) -> None:
    async with watched(tmp_path) as here:
        desk = SqlTicketDesk(here.engine)
        desk.intake([NewTicket("mail", "1", "The array is full", subject="Storage")])
        await desk.publish_pending(ZeebeMessagePublisher(here.client))
        await here.complete("mask-personal-data", {"subject": "Storage", "masked_text": "x", "language": "en"})
        await here.complete("classify-ticket", CLASSIFIED)
        await here.complete("assign-ticket", {})
        await here.until_active("suggest_reply")
        await here.complete("suggest-reply", {})
        await here.until_active("wait_for_next")

        await here.add_time(25 * HOUR_MS)
        await here.until_active("acknowledge_as_lead")

        assert here.deaths == len(DEADLY)
        assert desk.notes("T-1") == [
            "target missed, escalated to infrastructure, infrastructure-leads",
            "target missed, escalated to infrastructure",
            "target missed, escalated to infrastructure-leads",
        ]
        steps = here.lines("SELECT kind, promise, share, count(*) FROM sla_step GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        assert steps == [
            ("ESCALATED", "resolution", 100, 1),
            ("MISSED", "reply", 100, 1),
            ("MISSED", "resolution", 100, 1),
            ("REASSIGNED", "resolution", 100, 1),
            ("REMINDED", "reply", 50, 1),
        ]
        assigned = [record for record in here.records if record.value_type == "USER_TASK" and record.intent == "ASSIGNED"]
        assert {record.value["assignee"] for record in assigned} == {"boris"}
        assert len(assigned) == 1
