"""A real Zeebe broker of two partitions, its records taken by the sink while that is killed and started again."""

import asyncio
from collections import Counter

import pytest

from history.projection_loop import run
from history.projector import Projector
from history.queries import InstanceFilter, Queries
from tests.history_log import GOLDEN, contents
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.errors import NotFound
from zeebe.exporter_progress import exporter_progress
from zeebe.exporter_sink import LoggedRecordSource, SqlRecordLog, serving

COMPLAINT = Resource("complaint.bpmn", (GOLDEN / "models" / "complaint.bpmn").read_bytes())
INSTANCES = 60


class Once(LoggedRecordSource):
    """The records there are now."""

    batches = LoggedRecordSource.once


@pytest.mark.timeout(240)
async def test_every_record_of_two_partitions_arrives_once_although_the_sink_goes_away(exporting) -> None:
    engine, log, sink, ports = exporting.engine, exporting.log, exporting.sink, exporting.broker.options.ports
    async with ZeebeClient(ports.grpc_address, ports.rest_url) as client:
        async with serving(log, **sink):
            await client.deploy_resources([COMPLAINT])
            keys = {await start(client, number) for number in range(INSTANCES // 3)}
        # Nobody listens: the broker keeps what happens meanwhile.
        keys |= {await start(client, number) for number in range(INSTANCES // 3)}
        async with serving(log, **sink):
            keys |= {await start(client, number) for number in range(INSTANCES // 3)}
            await until(lambda: instances_in(log) >= INSTANCES)

    await run(Once(log), Projector(engine))

    queries = Queries(engine)
    assert queries.instances(InstanceFilter(bpmn_process_id="complaint"), with_total=True).total == INSTANCES == len(keys)
    assert {queries.instance(key).state for key in keys} == {"ACTIVE"}
    assert log.gaps() == []
    assert sorted(queries.positions()) == [1, 2]
    assert {each.partition_id: each.position for each in log.partitions()} == queries.positions()
    started = Counter(record.partition_id for record in log.read({}, limit=100_000) if is_started(record))
    assert sum(started.values()) == INSTANCES
    assert min(started[1], started[2]) > 0
    live = contents(engine)
    Projector(engine).reset()
    await run(Once(log), Projector(engine))
    assert contents(engine) == live


@pytest.mark.timeout(240)
async def test_nothing_is_to_go_when_the_last_records_are_none_that_are_exported(exporting) -> None:
    log, ports = exporting.log, exporting.broker.options.ports
    async with ZeebeClient(ports.grpc_address, ports.rest_url) as client, serving(log, **exporting.sink):
        await client.publish_message("nobody_waits", "1", {}, time_to_live_ms=0)
        for partition_id in (1, 2):
            with pytest.raises(NotFound):
                # Zeebe's keys begin with their partition. A refused command is a record that is not exported.
                await client.complete_job((partition_id << 51) + 999_999_999, {})

        await until(lambda: to_go(exporting) == {1: 0, 2: 0})

    async with ZeebeClient(ports.grpc_address, ports.rest_url) as client:
        # Nobody takes these: messages of ten correlation keys come to both partitions.
        for number in range(10):
            await client.publish_message("nobody_waits", f"again {number}", {}, time_to_live_ms=0)
    await until(lambda: min(to_go(exporting).values()) > 0)


def to_go(exporting) -> dict[int, int]:
    received = {each.partition_id: each.position for each in exporting.log.partitions()}
    found = asyncio.run(exporter_progress(exporting.broker.options.ports.management_url))
    return {each.partition_id: each.lag(received.get(each.partition_id, -1)) for each in found}


async def start(client: ZeebeClient, number: int) -> int:
    return (await client.create_process_instance("complaint", {"about": f"cup {number}"})).process_instance_key


def is_started(record) -> bool:
    return (
        record.value_type == "PROCESS_INSTANCE"
        and record.key == record.value["processInstanceKey"]
        and record.value["bpmnProcessId"] == "complaint"
        and (record.intent == "ELEMENT_ACTIVATED")
    )


def instances_in(log: SqlRecordLog) -> int:
    return sum(is_started(record) for record in log.read({}, limit=100_000))


async def until(true, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 -- another process works
            await asyncio.sleep(0.2)
