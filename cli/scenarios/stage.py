"""Where one test case is played: a gateway of its own, in memory, with a clock that stands still until it is moved."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cli.scenarios.observed import Observed
from engine.gateway.clock import ControlledClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from zeebe.answers import Resource
from zeebe.certificates import trusted
from zeebe.client import ZeebeClient
from zeebe.records import Record, decode_lines

# A process that is not at rest within this time never will be.
REST_SECONDS = 10.0


class NeverAtRest(Exception):
    """The engine still works after a time in which any process should wait for something."""


@dataclass(slots=True)
class Stage:
    """A client, the management port, and what was seen."""

    client: ZeebeClient
    management: httpx.AsyncClient
    seen: Observed = field(default_factory=Observed)
    # Everything that happened, for who compares engines.
    records: list[Record] = field(default_factory=list)

    async def rest(self) -> bool:
        """Wait until nothing is left to do and see what happened; says whether anything did."""
        try:
            (await self.management.post("/actuator/idle")).raise_for_status()
        except httpx.ReadTimeout as error:
            message = f"the process did not come to rest within {REST_SECONDS:.0f} s; does it turn in a circle?"
            raise NeverAtRest(message) from error
        before = self.seen.position
        answer = await self.management.get("/actuator/records", params={"from": before})
        records = decode_lines(answer.raise_for_status().content)
        self.records += records
        self.seen.take(records)
        return self.seen.position > before

    async def add_time(self, milliseconds: int) -> None:
        (await self.management.post("/actuator/clock/add", json={"offsetMilli": milliseconds})).raise_for_status()

    async def pin_time(self, epoch_milliseconds: int) -> None:
        (await self.management.post("/actuator/clock/pin", json={"epochMilli": epoch_milliseconds})).raise_for_status()


@asynccontextmanager
async def stage(resources: Sequence[Resource], at: int | None = None) -> AsyncIterator[Stage]:
    """A gateway with these files deployed at a moment, now if none is named; gone afterwards with all it knew."""
    partition = DurablePartition(MemoryStore(), ControlledClock(pinned=time.time_ns() // 1_000_000 if at is None else at))
    await partition.start()
    # Nothing is written there: the store is in memory.
    config = GatewayConfig(data_dir=Path(), grpc_port=0, rest_port=0, management_port=0, clock="controlled")
    try:
        async with (
            serving(partition, config) as listening,
            ZeebeClient(listening.grpc_address, listening.rest_url) as client,
            httpx.AsyncClient(
                base_url=listening.management_url, timeout=REST_SECONDS, trust_env=False, verify=trusted()
            ) as management,
        ):
            if resources:
                await client.deploy_resources(resources)
            yield Stage(client, management)
    finally:
        await partition.stop()
