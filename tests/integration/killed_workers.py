"""A gateway with a controlled clock whose worker processes are killed, and started anew, until an element is reached."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
from tests.databases import empty_database
from zeebe.client import ZeebeClient
from zeebe.records import Record, decode_lines

ROOT = Path(__file__).parents[2]
HOUR_MS = 3_600_000


@dataclass
class Watched:
    """A gateway with a controlled clock, its read models, and the worker processes that come and go."""

    client: ZeebeClient
    management: httpx.AsyncClient
    addresses: tuple[str, str]
    engine: Engine
    projector: Projector
    records: list[Record]
    # What is run, as `python -m`, and its settings.
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    nursery: asyncio.subprocess.Process | None = None
    life: asyncio.Task[bytes] | None = None
    deaths: int = 0

    async def look(self) -> None:
        position = self.records[-1].position if self.records else -1
        answer = await self.management.get("/actuator/records", params={"from": position})
        fresh = list(decode_lines(answer.content))
        self.records += fresh
        self.projector.apply(fresh)

    async def until_active(self, element_id: str) -> None:
        await self.until(element_id, "ELEMENT_ACTIVATED")

    async def until_completed(self, element_id: str) -> None:
        await self.until(element_id, "ELEMENT_COMPLETED")

    async def until(self, element_id: str, intent: str) -> None:
        """Let the workers work, and begin new ones whenever they were killed, until an element is so far."""
        give_up_at = time.monotonic() + 90
        while not any(record.intent == intent and record.value["elementId"] == element_id for record in self.records):
            assert time.monotonic() < give_up_at, element_id
            if self.life is None or self.life.done():
                await self._live_again()
            await asyncio.sleep(0.1)
            await self.look()

    async def _live_again(self) -> None:
        if self.nursery is None:
            self.nursery = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.command),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=PIPE,
                stdout=PIPE,
                # What it begins ends with it.
                start_new_session=True,
            )
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        if self.life is not None:
            assert self.life.result() == b"%d\n" % -signal.SIGKILL
            self.deaths += 1
            # The job of the one that died goes to another worker once its time is over.
            await self.add_time(HOUR_MS // 30)
        self.nursery.stdin.write(b"\n")
        self.life = asyncio.create_task(self.nursery.stdout.readline())

    async def end(self) -> None:
        if self.life is not None:
            self.life.cancel()
        if self.nursery is not None:
            os.killpg(self.nursery.pid, signal.SIGKILL)
            await self.nursery.wait()

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


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    engine = empty_database(f"sqlite:///{folder / 'penstock.db'}")
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
        addresses = (listening.grpc_address, listening.rest_url)
        here = Watched(client, management, addresses, engine, Projector(engine), [])
        try:
            yield here
        finally:
            await here.end()
    await partition.stop()
    engine.dispose()
