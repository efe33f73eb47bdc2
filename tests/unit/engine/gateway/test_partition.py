"""The pump around the processor: durable before it answers, unbroken by faults, a full disk or a stop."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.gateway.clock import ControlledClock
from engine.gateway.partition import DurablePartition
from engine.gateway.ports import ClockNotControlled
from engine.processing import commands as c
from engine.processing.ports import Batch, StoreFull, StoreLost
from engine.state.memory import MemoryStore
from engine.state.sqlite import SqliteStore
from tests.bpmn_builder import ProcessBuilder, process


@pytest.fixture
async def partition(tmp_path: Path) -> AsyncIterator[DurablePartition]:
    opened = DurablePartition.open(tmp_path, clock=ControlledClock())
    await opened.start()
    yield opened
    await opened.stop()


async def deploy(partition: DurablePartition, builder: ProcessBuilder) -> None:
    await partition.submit(c.DeployResource((c.Resource(f"{builder.process_id}.bpmn", builder.xml()),)))


async def records(partition: DurablePartition) -> list[dict[str, object]]:
    return [json.loads(line) async for chunk in partition.records(-1) for line in chunk.splitlines()]


async def test_what_was_answered_is_there_after_a_stop(tmp_path: Path) -> None:
    first = DurablePartition.open(tmp_path)
    await first.start()
    await deploy(first, process("p").start().service_task("work").end())
    await first.submit(c.CreateProcessInstance("p", variables={"n": 1}))
    await first.stop()

    second = DurablePartition.open(tmp_path)
    await second.start()
    answer = await second.submit(c.ActivateJobs("work", "w", 1_000, 10))
    await second.stop()

    assert isinstance(answer, c.JobsActivated)
    assert [job.variables for job in answer.jobs] == ['{"n":1}']


async def test_an_answer_is_given_only_when_its_records_are_readable(tmp_path: Path, partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().service_task("work").end())

    answer = await partition.submit(c.CreateProcessInstance("p"))

    assert isinstance(answer, c.ProcessInstanceCreated)
    with sqlite3.connect(tmp_path / "engine.db") as reader:
        (stored,) = reader.execute("SELECT count(*) FROM entity WHERE owner = ?", (answer.process_instance_key,)).fetchone()
    reader.close()
    assert stored == 3


async def test_a_refused_command_says_why_and_leaves_the_partition_at_work(partition: DurablePartition) -> None:
    with pytest.raises(c.CommandRejected, match="no such job was found"):
        await partition.submit(c.CompleteJob(1))

    await deploy(partition, process("p").start().end())

    assert partition.last_position > 0


async def test_a_waiting_client_gets_the_result_of_its_instance(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().service_task("work").end())
    waiting = asyncio.create_task(
        partition.submit(c.CreateProcessInstance("p", variables={"n": 1}, with_result=True, fetch_variables=("z",)))
    )
    jobs: tuple[c.ActivatedJob, ...] = ()
    while not jobs:
        answer = await partition.submit(c.ActivateJobs("work", "w", 1_000, 1))
        assert isinstance(answer, c.JobsActivated)
        jobs = answer.jobs

    await partition.submit(c.CompleteJob(jobs[0].key, {"z": 2}))
    result = await waiting

    assert isinstance(result, c.ProcessInstanceCompleted)
    assert result.variables == {"z": 2}


async def test_listeners_hear_of_new_jobs_until_they_stop_listening(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().service_task("work").end())
    heard: list[tuple[str, int]] = []
    stop = partition.on_jobs_available(lambda job_type, job_keys: heard.append((job_type, len(job_keys))))

    await partition.submit(c.CreateProcessInstance("p"))
    stop()
    await partition.submit(c.CreateProcessInstance("p"))

    assert heard == [("work", 1)]


async def test_a_timer_fires_when_the_clock_is_moved(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().catch("wait", duration="PT1H").end())
    await partition.submit(c.CreateProcessInstance("p"))

    await partition.add_time(3_600_001)

    assert [entry for entry in await records(partition) if entry["valueType"] == "TIMER" and entry["intent"] == "TRIGGERED"]


async def test_a_clock_that_was_set_back_fires_no_timer_twice(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().catch("wait", duration="PT1H").end())
    await partition.submit(c.CreateProcessInstance("p"))
    await partition.add_time(3_600_001)

    await partition.reset_time()
    await partition.add_time(7_200_000)

    fired = [entry for entry in await records(partition) if entry["valueType"] == "TIMER" and entry["intent"] == "TRIGGERED"]
    assert len(fired) == 1


async def test_the_system_clock_is_not_to_be_moved(tmp_path: Path) -> None:
    partition = DurablePartition.open(tmp_path)
    await partition.start()

    with pytest.raises(ClockNotControlled):
        await partition.add_time(1)

    await partition.stop()


async def test_a_reader_that_follows_gets_what_comes_later(partition: DurablePartition) -> None:
    stream = partition.records(partition.last_position, follow=True)
    coming = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.05)
    assert not coming.done()

    await deploy(partition, process("p").start().end())
    chunk = await asyncio.wait_for(coming, 5)

    assert b'"valueType":"PROCESS"' in chunk
    await stream.aclose()  # type: ignore[attr-defined]


async def test_reading_from_within_a_chunk_gives_only_what_comes_after(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().end())
    positions = [entry["position"] for entry in await records(partition)]

    later = [line async for chunk in partition.records(int(str(positions[0]))) for line in chunk.splitlines()]

    assert [json.loads(line)["position"] for line in later] == positions[1:]


async def test_a_command_that_breaks_the_processor_is_refused_alone(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().service_task("work").end())

    # JSON cannot say this; it stands for a fault of ours inside the processor.
    broken = partition.submit(c.CreateProcessInstance("p", variables={"bad": object()}))
    good = partition.submit(c.CreateProcessInstance("p", variables={"n": 1}))
    first, second = await asyncio.gather(broken, good, return_exceptions=True)

    assert isinstance(first, c.CommandRejected)
    assert first.rejection_type == c.RejectionType.PROCESSING_ERROR
    assert isinstance(second, c.ProcessInstanceCreated)
    jobs = await partition.submit(c.ActivateJobs("work", "w", 1_000, 10))
    assert isinstance(jobs, c.JobsActivated)
    assert len(jobs.jobs) == 1


class SmallDisk(MemoryStore):
    """A store that has no room for a while."""

    full = False

    def commit(self, batch: Batch) -> None:
        if self.full:
            self._written.clear()
            raise StoreFull("the state could not be written: disk is full")
        super().commit(batch)


async def one_job(partition: DurablePartition) -> c.ActivatedJob:
    while True:
        answer = await partition.submit(c.ActivateJobs("work", "w", 60_000, 1))
        assert isinstance(answer, c.JobsActivated)
        if answer.jobs:
            return answer.jobs[0]


async def test_a_waiting_client_gets_its_result_over_a_fault_and_a_full_disk() -> None:
    store = SmallDisk()
    partition = DurablePartition(store)
    await partition.start()
    await deploy(partition, process("p").start().service_task("work").end())
    waiting = asyncio.create_task(partition.submit(c.CreateProcessInstance("p", variables={"n": 1}, with_result=True)))
    job = await one_job(partition)

    with pytest.raises(c.CommandRejected, match="failed"):
        await partition.submit(c.CreateProcessInstance("p", variables={"bad": object()}))
    store.full = True
    with pytest.raises(c.CommandRejected, match="disk is full"):
        await partition.submit(c.CompleteJob(job.key, {"lost": True}))
    store.full = False
    await partition.submit(c.CompleteJob(job.key, {"kept": True}))
    result = await asyncio.wait_for(waiting, 5)
    await partition.stop()

    assert isinstance(result, c.ProcessInstanceCompleted)
    assert result.variables == {"n": 1, "kept": True}


async def test_an_instance_is_not_kept_in_memory_for_a_client_that_has_gone(partition: DurablePartition) -> None:
    await deploy(partition, process("p").start().service_task("work").end())
    waiting = asyncio.create_task(partition.submit(c.CreateProcessInstance("p", with_result=True)))
    job = await one_job(partition)
    instance = partition._processor.engine.state.processes[job.process_instance_key]
    assert instance.result_request is not None

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert instance.result_request is None


class LostStore(MemoryStore):
    """A store whose server goes away."""

    lost = False

    def commit(self, batch: Batch) -> None:
        if self.lost:
            raise StoreLost("the engine's database went away")
        super().commit(batch)


async def test_when_the_store_is_lost_everyone_who_waits_is_told_and_the_partition_ends() -> None:
    store = LostStore()
    partition = DurablePartition(store)
    await partition.start()
    await deploy(partition, process("p").start().service_task("work").end())
    with_result = asyncio.create_task(partition.submit(c.CreateProcessInstance("p", with_result=True)))
    await one_job(partition)
    store.lost = True

    told = await asyncio.gather(
        *(partition.submit(c.CreateProcessInstance("p")) for _ in range(3)), with_result, return_exceptions=True
    )

    assert [str(entry.rejection_type) for entry in told if isinstance(entry, c.CommandRejected)] == ["UNAVAILABLE"] * 4
    with pytest.raises(StoreLost):
        await partition.ended()
    with pytest.raises(c.CommandRejected, match="shutting down"):
        await partition.submit(c.CreateProcessInstance("p"))
    with pytest.raises(StoreLost):
        await partition.stop()


async def test_without_room_commands_are_refused_and_nothing_is_torn() -> None:
    store = SmallDisk()
    partition = DurablePartition(store)
    await partition.start()
    await deploy(partition, process("p").start().service_task("work").end())
    store.full = True

    refused = await asyncio.gather(*(partition.submit(c.CreateProcessInstance("p")) for _ in range(3)), return_exceptions=True)
    store.full = False
    created = await partition.submit(c.CreateProcessInstance("p"))

    assert {str(entry.rejection_type) for entry in refused if isinstance(entry, c.CommandRejected)} == {"RESOURCE_EXHAUSTED"}
    assert isinstance(created, c.ProcessInstanceCreated)
    answer = await partition.submit(c.ActivateJobs("work", "w", 1_000, 10))
    assert isinstance(answer, c.JobsActivated)
    assert len(answer.jobs) == 1
    await partition.stop()


async def test_a_large_multi_instance_lets_others_have_their_turn(partition: DurablePartition) -> None:
    from tests.bpmn_builder import Loop  # noqa: PLC0415 - only here

    await deploy(partition, process("many").start().service_task("work", loop=Loop("=items", "item")).end())
    await deploy(partition, process("one").start().end())

    many = partition.submit(c.CreateProcessInstance("many", variables={"items": list(range(2_000))}))
    await asyncio.gather(many, partition.submit(c.CreateProcessInstance("one")))
    await partition.idle()

    written = [(entry["valueType"], entry["intent"]) for entry in await records(partition)]
    jobs = [index for index, entry in enumerate(written) if entry == ("JOB", "CREATED")]
    second_instance = [index for index, entry in enumerate(written) if entry == ("PROCESS_INSTANCE_CREATION", "CREATED")][1]
    assert len(jobs) == 2_000
    assert second_instance < jobs[200]


async def test_what_was_left_to_do_is_done_after_a_kill(tmp_path: Path) -> None:
    from engine.processing.processor import Processor  # noqa: PLC0415 - a partition that is killed has no stop
    from tests.bpmn_builder import Loop  # noqa: PLC0415

    store = SqliteStore(tmp_path / "engine.db")
    processor = Processor(store)
    many = process("many").start().service_task("work", loop=Loop("=items", "item")).end()
    processor.process(c.DeployResource((c.Resource("many.bpmn", many.xml()),)), 0)
    processor.process(c.CreateProcessInstance("many", variables={"items": list(range(500))}), 0)
    batch = processor.begin_commit()
    store.write(batch)
    store.commit(batch)
    store.close()

    partition = DurablePartition.open(tmp_path)
    await partition.start()
    await partition.idle()

    assert sum(1 for entry in await records(partition) if entry["valueType"] == "JOB") == 500
    await partition.stop()


async def test_no_time_that_a_request_can_ask_for_stops_the_engine(partition: DurablePartition) -> None:
    longest = 2**63 - 1
    await deploy(partition, process("p").start().service_task("work").end())
    for _ in range(2):
        await partition.submit(c.CreateProcessInstance("p"))
    activated = await partition.submit(c.ActivateJobs("work", "w", 60_000, 2))
    assert isinstance(activated, c.JobsActivated)
    first, second = (job.key for job in activated.jobs)

    await partition.submit(c.PublishMessage("m", "k", longest))
    await partition.submit(c.UpdateJobTimeout(first, longest))
    await partition.submit(c.FailJob(second, 1, retry_back_off=longest))
    with pytest.raises(c.CommandRejected, match="64 bits"):
        await partition.submit(c.ActivateJobs("work", "w", longest, 1))
    await partition.submit(c.CompleteJob(first))
    await partition.idle()

    assert [entry["intent"] for entry in await records(partition) if entry["valueType"] == "MESSAGE"] == [
        "PUBLISHED",
        "EXPIRED",
    ]
