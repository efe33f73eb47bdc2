import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.gateway.disk import SLOW_SECONDS, TRY_AGAIN_AFTER, Disk
from engine.gateway.partition import DurablePartition
from engine.processing import commands as c
from engine.processing.ports import Batch, Counters, StoreLost
from engine.state.flush import FileFlush
from engine.state.memory import MemoryStore
from engine.state.sqlite import SqliteStore
from tests.bpmn_builder import process


class Noting(MemoryStore):
    """Notes on which thread each commit was made, and takes its time over it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.threads: list[int] = []

    def commit(self, batch: Batch) -> None:
        self.threads.append(threading.get_ident())
        time.sleep(self.seconds)
        super().commit(batch)


def batch(position: int) -> Batch:
    return Batch(Counters(position, position, 0), records=['{"position":1}'], first_position=position)


async def test_a_quick_disk_is_waited_for_where_the_commit_is_made() -> None:
    store = Noting(0)
    disk = Disk(store)

    for position in range(1, 6):
        await disk.make_durable(batch(position))

    assert set(store.threads) == {threading.get_ident()}
    disk.close()


async def test_a_slow_disk_holds_nobody_up_but_its_own_thread() -> None:
    store = Noting(SLOW_SECONDS * 12)
    disk = Disk(store)

    for position in range(1, 6):
        await disk.make_durable(batch(position))

    assert store.threads[0] == threading.get_ident()
    assert threading.get_ident() not in store.threads[1:]
    disk.close()


async def test_a_disk_that_has_become_quick_is_trusted_again() -> None:
    store = Noting(SLOW_SECONDS * 12)
    disk = Disk(store)
    await disk.make_durable(batch(1))

    store.seconds = 0
    for position in range(2, TRY_AGAIN_AFTER * 8):
        await disk.make_durable(batch(position))

    assert disk.is_quick
    assert store.threads[-1] == threading.get_ident()
    disk.close()


@pytest.fixture
async def flush(tmp_path: Path) -> AsyncIterator[FileFlush]:
    file = tmp_path / "file"
    file.write_bytes(b"written")
    try:
        opened = FileFlush(file)
    except OSError as error:
        pytest.skip(str(error))
    yield opened
    opened.close()


async def test_a_flush_runs_beside_the_event_loop(flush: FileFlush) -> None:
    under_way = asyncio.ensure_future(flush.flush())
    await asyncio.sleep(0)
    beside = not under_way.done()
    await under_way
    await flush.flush()

    assert beside


async def test_what_the_kernel_will_not_flush_is_told(flush: FileFlush, monkeypatch: pytest.MonkeyPatch) -> None:
    # A pipe has no disk beneath it.
    reading, writing = os.pipe()
    with monkeypatch.context() as swapped:
        swapped.setattr(flush, "_file", writing)
        with pytest.raises(StoreLost, match="did not reach the disk"):
            await flush.flush()
    await flush.flush()

    os.close(reading)
    os.close(writing)


class OnNoDisk(Noting):
    """Its journal can be opened, and the kernel flushes it for nobody."""

    leaves_flush = False

    @property
    def journal(self) -> Path | None:
        return Path(os.devnull)

    def leave_flush(self) -> None:
        self.leaves_flush = True


async def test_a_commit_waits_for_the_disk_where_the_kernel_flushes_for_nobody() -> None:
    store = OnNoDisk(0)
    disk = Disk(store)

    await disk.make_durable(batch(1))

    assert (disk.flushes_apart, store.leaves_flush) == (False, False)
    assert (counters := store.counters()) is not None
    assert counters.last_position == 1
    disk.close()


async def test_nobody_reads_records_that_are_not_yet_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partition = DurablePartition.open(tmp_path)
    await partition.start()
    await partition.submit(c.DeployResource((c.Resource("p.bpmn", process("p").start().end().xml()),)))
    if not partition.flushes_apart:
        pytest.skip("the disk is waited for in the commit here")
    durable = partition.last_position
    flush, let_go = FileFlush.flush, asyncio.Event()

    async def held_up(self: FileFlush) -> None:
        await let_go.wait()
        await flush(self)

    monkeypatch.setattr(FileFlush, "flush", held_up)
    created = asyncio.ensure_future(partition.submit(c.CreateProcessInstance("p")))
    store = SqliteStore(tmp_path / "engine.db")
    async with asyncio.timeout(60):
        while (stored := store.counters()) is None or stored.last_position == durable:  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.001)
    early = [lines async for lines in partition.records(durable)]
    was_answered = created.done()
    let_go.set()
    await created
    later = [lines async for lines in partition.records(durable)]
    store.close()
    await partition.stop()

    assert (early, was_answered) == ([], False)
    assert later
