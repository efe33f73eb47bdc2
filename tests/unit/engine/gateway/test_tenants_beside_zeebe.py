"""The embedded gateway with tenants answers and records what a real Zeebe with multi-tenancy did.

The answers were recorded from Zeebe 8.5.8 by `python -m tests.zeebe_tenants.record`.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from engine.gateway.clock import SystemClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from tests.zeebe_tenants.dialogue import AUTHORIZED, named_in_records, talk

RECORDED = json.loads((Path(__file__).parents[3] / "zeebe_tenants" / "recorded.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """The same talk with the embedded gateway."""
    return asyncio.run(_talk())


async def _talk() -> dict[str, Any]:
    partition = DurablePartition(MemoryStore(), SystemClock())
    config = GatewayConfig(data_dir=Path(), grpc_port=0, rest_port=0, management_port=0, tenants=AUTHORIZED)
    await partition.start()
    try:
        async with serving(partition, config) as listening, grpc.aio.insecure_channel(listening.grpc_address) as channel:
            answers = await talk(GatewayStub(channel))
            await partition.idle()
            lines = b"".join([chunk async for chunk in partition.records(-1)]).splitlines()
    finally:
        await partition.stop()
    return {"answers": answers, "records": named_in_records(map(json.loads, lines))}


def test_every_answer_is_zeebes(ours: dict[str, Any]) -> None:
    assert ours["answers"] == RECORDED["answers"]


@pytest.mark.parametrize("kind", RECORDED["records"])
def test_records_name_the_tenants_that_zeebes_name(ours: dict[str, Any], kind: str) -> None:
    assert ours["records"].get(kind) == RECORDED["records"][kind]
