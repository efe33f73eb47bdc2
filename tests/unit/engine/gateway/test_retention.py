"""Records are dropped when every reader has had them and their time is over, not before."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.gateway.clock import ControlledClock
from engine.gateway.partition import DurablePartition
from engine.gateway.retention import LOOK_EVERY_SECONDS, ReaderRefused
from engine.processing import commands as c
from engine.processing.ports import RecordsDropped
from tests.bpmn_builder import process
from zeebe.records import Record, decode_lines

DAY = 86_400
PASS_THROUGH = process("p").start().end()


@pytest.fixture
async def partition(tmp_path: Path) -> AsyncIterator[DurablePartition]:
    opened = DurablePartition.open(tmp_path, clock=ControlledClock(), synchronous="NORMAL", keep_records_seconds=DAY)
    await opened.start()
    await opened.submit(c.DeployResource((c.Resource("p.bpmn", PASS_THROUGH.xml()),)))
    await opened.submit(c.CreateProcessInstance("p"))
    yield opened
    await opened.stop()


async def records(partition: DurablePartition, after: int) -> list[Record]:
    return [record async for chunk in partition.records(after) for record in decode_lines(chunk)]


async def dropped(partition: DurablePartition) -> int:
    """Where the log begins, once the partition has had time to look."""
    await asyncio.sleep(0.05)
    await partition.idle()
    return partition.dropped_through


async def test_without_a_reader_everything_is_kept(partition: DurablePartition) -> None:
    await partition.add_time(10 * DAY * 1000)

    assert await dropped(partition) == 0
    assert (await records(partition, -1))[0].position == 2


async def test_what_was_read_is_kept_until_its_time_is_over(partition: DurablePartition) -> None:
    read = partition.last_position
    partition.acknowledge("history", read)
    assert await dropped(partition) == 0

    await partition.add_time((DAY + 1) * 1000)
    await partition.submit(c.CreateProcessInstance("p"))
    partition.acknowledge("history", read)

    assert await dropped(partition) == read
    assert next(record.position for record in await records(partition, read)) == read + 2


async def test_the_slowest_reader_counts_until_it_is_forgotten(partition: DurablePartition) -> None:
    last = partition.last_position
    await partition.submit(c.CreateProcessInstance("p"))
    await partition.add_time((DAY + 1) * 1000)
    partition.acknowledge("history", partition.last_position)
    partition.acknowledge("exporter", last)
    assert await dropped(partition) == last

    partition.forget_reader("exporter")

    assert await dropped(partition) == partition.last_position


async def test_asking_for_what_was_dropped_is_an_error_that_says_where_the_log_begins(partition: DurablePartition) -> None:
    last = partition.last_position
    await partition.add_time((DAY + 1) * 1000)
    partition.acknowledge("history", last)
    await dropped(partition)

    with pytest.raises(RecordsDropped, match=f"those up to {last} are dropped"):
        await records(partition, -1)


async def test_readers_and_the_start_of_the_log_survive_a_restart(tmp_path: Path) -> None:
    clock = ControlledClock()
    first = DurablePartition.open(tmp_path, clock=clock, keep_records_seconds=0)
    await first.start()
    await first.submit(c.DeployResource((c.Resource("p.bpmn", PASS_THROUGH.xml()),)))
    await first.add_time(1)
    first.acknowledge("history", first.last_position)
    last = await dropped(first)
    await first.stop()

    second = DurablePartition.open(tmp_path, clock=clock, keep_records_seconds=0)

    assert last == first.last_position > 0
    assert (second.readers, second.dropped_through) == ({"history": last}, last)
    await second.start()
    await second.submit(c.CreateProcessInstance("p"))
    assert (await records(second, last))[0].position == last + 2
    await second.stop()


async def test_the_file_is_reused_for_new_records(tmp_path: Path) -> None:
    partition = DurablePartition.open(tmp_path, synchronous="NORMAL", keep_records_seconds=0)
    await partition.start()
    await partition.submit(c.DeployResource((c.Resource("p.bpmn", PASS_THROUGH.xml()),)))
    sizes = []
    for _ in range(6):
        await asyncio.gather(*(partition.submit(c.CreateProcessInstance("p", variables={"n": "x" * 200})) for _ in range(400)))
        await asyncio.sleep(0.002)
        partition.acknowledge("history", partition.last_position)
        await dropped(partition)
        sizes.append((tmp_path / "engine.db").stat().st_size)
    await partition.stop()

    assert sizes[-1] <= sizes[1]


@pytest.mark.parametrize(("reader", "position"), [("", 1), ("../x", 1), ("A", 1), ("a" * 65, 1), ("history", 10**9), ("h", -2)])
async def test_an_impossible_acknowledgement_is_refused(partition: DurablePartition, reader: str, position: int) -> None:
    with pytest.raises(ReaderRefused):
        partition.acknowledge(reader, position)

    assert partition.readers == {}


async def test_records_are_dropped_while_nothing_else_happens(partition: DurablePartition) -> None:
    last = partition.last_position
    partition.acknowledge("history", last)
    await dropped(partition)

    await partition.add_time((DAY + 1) * 1000)
    await asyncio.sleep(LOOK_EVERY_SECONDS * 2.5)

    assert partition.dropped_through == last
