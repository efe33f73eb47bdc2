"""`penstock gateway` as a process: what it keeps, what it refuses, how it ends."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.gateway.gateway_process import WAIT_AND_WORK, GatewayProcess, running_gateway, wait_until
from zeebe.answers import ProcessInstance, Resource
from zeebe.client import ZeebeClient
from zeebe.errors import InvalidArgument, NotFound, RequestTooLarge, Unavailable
from zeebe.record_source import EmbeddedRecordSource
from zeebe.records import Record, decode_lines

MODEL = Resource("model.bpmn", WAIT_AND_WORK)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path / "data", clock="controlled") as gateway:
        yield gateway


@pytest.fixture
async def client(gateway: GatewayProcess) -> AsyncIterator[ZeebeClient]:
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        yield client


def all_records(gateway: GatewayProcess) -> list[Record]:
    return decode_lines(httpx.get(f"{gateway.management_url}/actuator/records").content)


def completed(records: list[Record], process_id: str) -> set[int]:
    return {
        record.key
        for record in records
        if record.intent == "ELEMENT_COMPLETED" and record.value["elementId"] == process_id and record.is_event
    }


async def test_what_was_acknowledged_survives_kill_9(gateway: GatewayProcess, client: ZeebeClient) -> None:
    await client.deploy_resources([MODEL])
    instances = await asyncio.gather(*(client.create_process_instance("work_and_check") for _ in range(20)))

    gateway.kill()
    gateway.start()
    jobs = await client.activate_jobs("work", worker="test", max_jobs=50)
    await asyncio.gather(*(client.complete_job(job.key) for job in jobs))
    gateway.idle()

    created = {instance.process_instance_key for instance in instances}
    assert {job.process_instance_key for job in jobs} == created
    assert completed(all_records(gateway), "work_and_check") == created


async def test_a_stop_answers_what_has_begun_and_ends_in_time(gateway: GatewayProcess, client: ZeebeClient) -> None:
    await client.deploy_resources([MODEL])
    waiting = asyncio.ensure_future(client.activate_jobs("nothing", worker="test", request_timeout_ms=60_000))
    creating = [asyncio.ensure_future(client.create_process_instance("work_and_check")) for _ in range(50)]
    await asyncio.sleep(0.05)

    code = await asyncio.to_thread(gateway.stop)
    gateway.start()
    answers = await asyncio.gather(*creating, return_exceptions=True)
    keys = {answer.process_instance_key for answer in answers if isinstance(answer, ProcessInstance)}

    assert code == 0
    assert await waiting == []
    # What came too late is told so; nobody is left without an answer.
    assert all(isinstance(answer, ProcessInstance | Unavailable) for answer in answers)
    assert keys <= {record.key for record in all_records(gateway) if record.value.get("elementId") == "work_and_check"}


async def test_a_second_gateway_on_the_same_data_is_refused(gateway: GatewayProcess) -> None:
    second = await asyncio.to_thread(
        gateway.command,
        "gateway",
        "--data",
        str(gateway.data),
        "--grpc-port",
        "0",
        "--rest-port",
        "0",
        "--management-port",
        "0",
    )

    assert second.returncode == 1
    assert gateway.process is not None
    assert f"is served by another gateway (process {gateway.process.pid})" in second.stderr


@pytest.mark.parametrize("name", ["grpc", "rest", "management"])
async def test_a_port_that_is_taken_is_named(gateway: GatewayProcess, tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = {"grpc": 0, "rest": 0, "management": 0} | {name: port}
        arguments = [argument for key, value in ports.items() for argument in (f"--{key}-port", str(value))]

        refused = await asyncio.to_thread(gateway.command, "gateway", "--data", str(tmp_path / "other"), *arguments)

    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in refused.stderr


async def test_user_tasks_are_worked_on_over_rest_and_timers_follow_the_clock(
    gateway: GatewayProcess, client: ZeebeClient
) -> None:
    await client.deploy_resources([MODEL])
    instance = await client.create_process_instance("ask")
    task = next(
        record.key for record in all_records(gateway) if record.value_type == "USER_TASK" and record.intent == "CREATED"
    )

    await client.assign_user_task(task, "ann")
    await client.update_user_task(task, due_date="2027-01-01T00:00:00Z")
    await client.complete_user_task(task, {"ok": True})
    with pytest.raises(NotFound):
        await client.complete_user_task(task)
    before = completed(all_records(gateway), "ask")
    gateway.add_time(3_600_001)

    records = all_records(gateway)
    assert before == set()
    assert completed(records, "ask") == {instance.process_instance_key}
    intents = [record.intent for record in records if record.key == task]
    assert intents.count("ASSIGNED") == intents.count("UPDATED") == intents.count("COMPLETED") == 1


async def test_nothing_of_a_refused_deployment_is_kept(gateway: GatewayProcess, client: ZeebeClient) -> None:
    with pytest.raises(InvalidArgument, match=r"broken\.bpmn"):
        await client.deploy_resources([MODEL, Resource("broken.bpmn", b"<no")])
    with pytest.raises(RequestTooLarge):
        await client.deploy_resources([Resource("huge.bpmn", b"x" * 50_000_000)])

    with pytest.raises(NotFound):
        await client.create_process_instance("work_and_check")
    assert not [record for record in all_records(gateway) if record.value_type == "PROCESS"]


async def test_records_are_followed_over_a_restart_without_gap_or_repetition(
    gateway: GatewayProcess, client: ZeebeClient
) -> None:
    await client.deploy_resources([MODEL])
    seen: list[Record] = []

    async def follow() -> None:
        async for batch in EmbeddedRecordSource(gateway.management_url).batches({}):
            seen.extend(batch)

    following = asyncio.ensure_future(follow())
    await client.create_process_instance("work_and_check")
    await asyncio.to_thread(gateway.stop)
    gateway.start()
    await client.create_process_instance("work_and_check")
    gateway.idle()
    expected = all_records(gateway)
    await asyncio.to_thread(wait_until, lambda: len(seen) >= len(expected))
    following.cancel()

    assert seen == expected
    assert [record.position for record in seen] == sorted({record.position for record in seen})


async def test_the_commands_deploy_and_show_records(gateway: GatewayProcess, tmp_path: Path) -> None:
    (tmp_path / "model.bpmn").write_bytes(WAIT_AND_WORK)
    (tmp_path / "broken.bpmn").write_text("no xml")

    deployed = await asyncio.to_thread(gateway.command, "deploy", str(tmp_path / "model.bpmn"))
    refused = await asyncio.to_thread(gateway.command, "deploy", str(tmp_path / "broken.bpmn"))
    shown = await asyncio.to_thread(gateway.command, "records")
    later = await asyncio.to_thread(gateway.command, "records", "--from", "2")

    assert "work_and_check  version 1  (model.bpmn)" in deployed.stdout
    assert (refused.returncode, "broken.bpmn" in refused.stderr) == (1, True)
    assert decode_lines(shown.stdout.encode()) == all_records(gateway)
    assert [json.loads(line)["position"] > 2 for line in later.stdout.splitlines()] != []
    assert all(json.loads(line)["position"] > 2 for line in later.stdout.splitlines())
