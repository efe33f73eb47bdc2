"""A stop of days, and a database file that may not grow."""

import asyncio
from pathlib import Path

import pytest

from engine.gateway.clock import ControlledClock
from engine.gateway.partition import DurablePartition
from engine.processing import commands as c
from engine.processing.ports import Batch, StoreFull
from engine.state.memory import MemoryStore
from engine.state.opening import open_reader
from engine.state.sqlite import SqliteStore
from engine.state.verify import verify
from tests.bpmn_builder import ProcessBuilder, process
from zeebe.records import Record, decode_lines

DAY = 86_400_000
START = 1_767_225_600_000


async def deploy(partition: DurablePartition, builder: ProcessBuilder) -> None:
    await partition.submit(c.DeployResource((c.Resource("p.bpmn", builder.xml()),)))


async def records(partition: DurablePartition) -> list[Record]:
    return [record async for chunk in partition.records(-1) for record in decode_lines(chunk)]


async def test_what_fell_due_in_a_stop_of_days_happens_once(tmp_path: Path) -> None:
    moment = START
    waiting = process("p").start().catch("wait", duration="PT1H").service_task("work").end()
    for days in (0, 3, 3):
        moment += days * DAY
        partition = DurablePartition.open(tmp_path, clock=ControlledClock(pinned=moment))
        await partition.start()
        if not days:
            await deploy(partition, waiting)
            await asyncio.gather(*(partition.submit(c.CreateProcessInstance("p")) for _ in range(20)))
        await partition.idle()
        log = await records(partition)
        await partition.stop()

    fired = [record.key for record in log if (record.value_type, record.intent) == ("TIMER", "TRIGGERED")]
    assert len(fired) == len(set(fired)) == 20
    assert len([record for record in log if (record.value_type, record.intent) == ("JOB", "CREATED")]) == 20


async def test_a_file_without_room_refuses_keeps_what_it_has_and_goes_on(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "engine.db", synchronous="NORMAL")
    partition = DurablePartition(store)
    await partition.start()
    await deploy(partition, process("p").start().service_task("work").end())
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages + 40}")

    kept: list[int] = []
    refused: list[c.CommandRejected] = []
    while len(refused) < 3:
        try:
            answer = await partition.submit(c.CreateProcessInstance("p", variables={"text": "x" * 20_000}))
            assert isinstance(answer, c.ProcessInstanceCreated)
            kept.append(answer.process_instance_key)
        except c.CommandRejected as rejected:
            refused.append(rejected)
    store._writer.execute("PRAGMA max_page_count = 1000000")
    answer = await partition.submit(c.CreateProcessInstance("p", variables={"text": "x" * 20_000}))
    assert isinstance(answer, c.ProcessInstanceCreated)
    kept.append(answer.process_instance_key)
    jobs = await partition.submit(c.ActivateJobs("work", "w", 1_000, 1_000, ("none",)))
    await partition.stop()

    assert {str(entry.rejection_type) for entry in refused} == {"RESOURCE_EXHAUSTED"}
    assert "full" in refused[0].reason
    assert isinstance(jobs, c.JobsActivated)
    assert [job.process_instance_key for job in jobs.jobs] == kept
    reader = open_reader(tmp_path)
    assert list(verify(reader).lines()) == []
    reader.close()


class SmallDisk(MemoryStore):
    """A store that has no room for so many commits."""

    refusals = 0

    def commit(self, batch: Batch) -> None:
        if self.refusals:
            self.refusals -= 1
            self._written.clear()
            raise StoreFull("disk is full")
        super().commit(batch)


@pytest.mark.parametrize("refusals", [1, 3])
async def test_timers_wait_for_room_and_fire_once(refusals: int) -> None:
    store, clock = SmallDisk(), ControlledClock(pinned=START)
    partition = DurablePartition(store, clock)
    await partition.start()
    await deploy(partition, process("p").start().catch("wait", duration="PT1H").service_task("work").end())
    await partition.submit(c.CreateProcessInstance("p"))

    store.refusals = refusals
    clock.add(DAY)
    await partition.idle()
    log = await records(partition)
    await partition.stop()

    assert store.refusals == 0
    assert len([record for record in log if (record.value_type, record.intent) == ("TIMER", "TRIGGERED")]) == 1
