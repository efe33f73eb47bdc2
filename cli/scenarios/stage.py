"""Where one test case is played: a gateway of its own, in memory, with a clock that stands still until it is moved.

Commands go the way every client's go, through the gateway's ports. Whether it rests, what happened and what time it is are
asked of the engine in this process: they are asked after every step, and by HTTP they would take most of the time.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import override

from cli.scenarios.observed import Observed
from engine.gateway.clock import ControlledClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.records import Record, decode_lines

# A process that is not at rest within this time never will be.
REST_SECONDS = 10.0


class NeverAtRest(Exception):
    """The engine still works after a time in which any process should wait for something."""

    def __init__(self, seconds: float = REST_SECONDS) -> None:
        super().__init__(f"the process did not come to rest within {seconds:.0f} s; does it turn in a circle?")


@dataclass(slots=True)
class Stage(ABC):
    """A client, what was seen, and a clock."""

    client: ZeebeClient
    seen: Observed = field(default_factory=Observed)
    # Everything that happened, for who compares engines.
    records: list[Record] = field(default_factory=list)

    @abstractmethod
    async def rest(self) -> bool:
        """Wait until nothing is left to do and see what happened; says whether anything did.

        Raises:
            NeverAtRest: there is always something left to do.
        """

    @abstractmethod
    async def add_time(self, milliseconds: int) -> None:
        """Move the clock forward."""

    @abstractmethod
    async def pin_time(self, epoch_milliseconds: int) -> None:
        """Put the clock to a moment."""


@dataclass(slots=True, kw_only=True)
class EmbeddedStage(Stage):
    """An engine in this process."""

    partition: DurablePartition

    @override
    async def rest(self) -> bool:
        before = self.seen.position
        try:
            async with asyncio.timeout(REST_SECONDS):
                await self.partition.idle()
                lines = b"".join([chunk async for chunk in self.partition.records(before)])
        except TimeoutError as error:
            raise NeverAtRest from error
        records = decode_lines(lines)
        self.records += records
        self.seen.take(records)
        return self.seen.position > before

    @override
    async def add_time(self, milliseconds: int) -> None:
        await self._in_time(self.partition.add_time(milliseconds))

    @override
    async def pin_time(self, epoch_milliseconds: int) -> None:
        await self._in_time(self.partition.pin_time(epoch_milliseconds))

    @staticmethod
    async def _in_time(move: Awaitable[int]) -> None:
        try:
            await asyncio.wait_for(move, REST_SECONDS)
        except TimeoutError as error:
            raise NeverAtRest from error


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
        ):
            if resources:
                await client.deploy_resources(resources)
            yield EmbeddedStage(client, partition=partition)
    finally:
        await partition.stop()
