"""Where streams are played: on the embedded gateway, and on a real broker with a sink for its records.

`python -m tests.differential.stream_places` plays all cases on a broker of its own and writes what it did into `streams.json`.
"""

import asyncio
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.differential.engines import EmbeddedEngine
from tests.differential.stream_cases import CASES
from tests.differential.streams import RECORDED, play
from tests.zeebe_broker import real_broker
from zeebe.exporter_sink import Credentials, MemoryRecordLog, serving
from zeebe.exporter_sink.log import RecordLog
from zeebe.local_broker import RunningBroker, free_ports


@dataclass
class EmbeddedPlace:
    """The embedded gateway; at rest each open stream is a client that waits."""

    engine: EmbeddedEngine
    http: httpx.AsyncClient

    @property
    def grpc_address(self) -> str:
        return self.engine.grpc_address

    async def streams(self, _job_type: str) -> int:
        lines = (await self.http.get("/metrics")).text.splitlines()
        return int(float(next(line for line in lines if line.startswith("penstock_gateway_waiting_clients ")).split()[1]))

    async def advance(self, milliseconds: int) -> None:
        await asyncio.to_thread(self.engine.advance, milliseconds)

    async def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (await self.http.get("/actuator/records?from=-1")).text.splitlines()]


async def play_embedded(name: str, engine: EmbeddedEngine) -> list[str]:
    """One case on a gateway that runs."""
    async with httpx.AsyncClient(base_url=engine.management_url, trust_env=False) as http:
        return (await play({name: CASES[name]}, EmbeddedPlace(engine, http)))[name]


@dataclass
class BrokerPlace:
    """A broker whose clock can be moved, and the log of what it exported."""

    broker: RunningBroker
    log: RecordLog
    http: httpx.AsyncClient
    positions: dict[int, int] = field(default_factory=dict)
    read: list[dict[str, Any]] = field(default_factory=list)

    @property
    def grpc_address(self) -> str:
        return self.broker.options.ports.grpc_address

    async def streams(self, job_type: str) -> int:
        streams = (await self.http.get("/actuator/jobstreams/remote")).json()
        return sum(len(stream["consumers"]) for stream in streams if stream["jobType"] == job_type)

    async def advance(self, milliseconds: int) -> None:
        (await self.http.post("/actuator/clock/add", json={"offsetMilli": milliseconds})).raise_for_status()

    async def records(self) -> list[dict[str, Any]]:
        """A log is read piece by piece."""
        while records := await asyncio.to_thread(self.log.read, self.positions):
            self.read += [msgspec.to_builtins(record) for record in records]
            for record in records:
                self.positions[record.partition_id] = record.position
        return self.read


async def play_on(broker: RunningBroker, log: RecordLog) -> dict[str, list[str]]:
    """All cases on a broker whose records come into a log."""
    async with httpx.AsyncClient(base_url=broker.options.ports.management_url, trust_env=False) as http:
        return await play(CASES, BrokerPlace(broker, log, http))


async def main() -> None:
    log, port = MemoryRecordLog(), free_ports().grpc
    with tempfile.TemporaryDirectory() as folder:
        broker = real_broker(Path(folder) / "zeebe", f"http://127.0.0.1:{port}", controlled_clock=True, job_batches=True)
        async with serving(log, port=port, credentials=Credentials("penstock", "tests")):
            with broker as running:
                told = await play_on(running, log)
    RECORDED.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
