import asyncio
from pathlib import Path

import pytest

from engine.gateway.config import GatewayConfig, Listening
from engine.gateway.directory_lock import DirectoryInUse, locked
from engine.gateway.partition import DurablePartition
from engine.gateway.server import _until_stopped, serve
from engine.processing.commands import PublishMessage
from engine.processing.ports import Batch
from engine.state.memory import MemoryStore


class BrokenStore(MemoryStore):
    """A disk that fails in a way nobody expects."""

    def write(self, batch: Batch) -> None:
        raise SystemError("the disk is gone")


async def test_a_partition_that_cannot_go_on_ends_the_gateway() -> None:
    partition = DurablePartition(BrokenStore())
    await partition.start()
    lost = asyncio.ensure_future(partition.submit(PublishMessage("paid", "T-1", 1000)))

    with pytest.raises(SystemError, match="the disk is gone"):
        await asyncio.wait_for(_until_stopped(partition, asyncio.Event()), 5)

    lost.cancel()


async def test_a_gateway_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    config = GatewayConfig(data_dir=tmp_path / "new", grpc_port=0, rest_port=0, management_port=0)
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()

    serving = asyncio.ensure_future(serve(config, stop, ready.set_result))
    listening: Listening = await asyncio.wait_for(ready, 10)
    with pytest.raises(DirectoryInUse, match="name another directory with --data"), locked(config.data_dir):
        pass
    stop.set()
    await asyncio.wait_for(serving, 10)

    assert len({listening.grpc_port, listening.rest_port, listening.management_port}) == 3
    with locked(config.data_dir):
        pass
