"""The worker loop and the embedded gateway, as two processes of a house that has bad days."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import httpx
import pytest

from tests.integration.gateway.gateway_process import WAIT_AND_WORK, GatewayProcess, running_gateway, wait_until
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables
from zeebe.job_source import WorkOptions
from zeebe.records import Record, decode_lines
from zeebe.worker import JobWorkerLoop


@dataclass
class Work:
    job_type: ClassVar[str] = "work"

    seconds: float = 0.01
    fails: int = 0
    throws: bool = False
    done: Counter[int] = field(default_factory=Counter)

    async def __call__(self, job: Job) -> Variables:
        await asyncio.sleep(self.seconds)
        if self.throws:
            raise BpmnError("REFUSED", "not today")
        if self.fails:
            self.fails -= 1
            raise ConnectionError("the CRM is away")
        self.done[job.process_instance_key] += 1
        return {"done": True}


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path / "data", clock="controlled") as gateway:
        yield gateway


@pytest.fixture
async def client(gateway: GatewayProcess) -> AsyncIterator[ZeebeClient]:
    async with ZeebeClient(gateway.address, gateway.rest_url) as client:
        await client.deploy_resources([Resource("model.bpmn", WAIT_AND_WORK)])
        yield client


def events(gateway: GatewayProcess, value_type: str, intent: str) -> list[Record]:
    records = decode_lines(httpx.get(f"{gateway.management_url}/actuator/records", timeout=30).content)
    return [record for record in records if (record.value_type, record.intent) == (value_type, intent) and record.is_event]


async def until(gateway: GatewayProcess, value_type: str, intent: str, count: int) -> list[Record]:
    await asyncio.to_thread(wait_until, lambda: len(events(gateway, value_type, intent)) >= count, 30)
    return events(gateway, value_type, intent)


@pytest.mark.parametrize("streams", [True, False])
async def test_every_job_is_completed_once_although_the_gateway_is_killed(
    gateway: GatewayProcess, client: ZeebeClient, streams: bool
) -> None:
    instances = await asyncio.gather(*(client.create_process_instance("work_and_check") for _ in range(60)))
    # Jobs whose activation died with the gateway come back after their time-out.
    loop = JobWorkerLoop(client, [Work()], options=WorkOptions(streams=streams, timeout_ms=2000, max_running=8))
    running = asyncio.create_task(loop.run())
    await asyncio.sleep(0.05)

    gateway.kill()
    gateway.start()
    completed = await until(gateway, "JOB", "COMPLETED", 60)
    await loop.stop()
    await running

    assert {record.value["processInstanceKey"] for record in completed} == {i.process_instance_key for i in instances}
    assert len(completed) == 60


async def test_a_stopped_loop_leaves_no_job_activated(gateway: GatewayProcess, client: ZeebeClient) -> None:
    work = Work(seconds=0.2)
    loop = JobWorkerLoop(client, [work], options=WorkOptions(max_running=4))
    running = asyncio.create_task(loop.run())
    instances = await asyncio.gather(*(client.create_process_instance("work_and_check") for _ in range(20)))
    await asyncio.sleep(0.5)

    await loop.stop()
    await running
    left: list[Job] = []
    # Jobs that were on their way to the loop when it stopped come back one by one.
    while more := await client.activate_jobs("work", worker="next", max_jobs=50, request_timeout_ms=2000):
        left.extend(more)

    keys = {instance.process_instance_key for instance in instances}
    assert set(work.done) | {job.process_instance_key for job in left} == keys
    assert set(work.done) & {job.process_instance_key for job in left} == set()
    assert all(job.retries == 3 for job in left)


async def test_a_failing_job_is_tried_again_and_then_becomes_an_incident(gateway: GatewayProcess, client: ZeebeClient) -> None:
    loop = JobWorkerLoop(client, [Work(fails=3)])
    running = asyncio.create_task(loop.run())
    await client.create_process_instance("work_and_check")

    for failures in (1, 2):
        await until(gateway, "JOB", "FAILED", failures)
        # The job rests before its next try.
        await asyncio.to_thread(gateway.add_time, 60_000)
    (incident,) = await until(gateway, "INCIDENT", "CREATED", 1)
    await loop.stop()
    await running

    assert incident.value["errorType"] == "JOB_NO_RETRIES"
    assert incident.value["errorMessage"].startswith("ConnectionError: the CRM is away (at test_worker_loop.py:")
    assert [record.value["retries"] for record in events(gateway, "JOB", "FAILED")] == [2, 1, 0]


async def test_an_error_nobody_catches_becomes_an_incident(gateway: GatewayProcess, client: ZeebeClient) -> None:
    loop = JobWorkerLoop(client, [Work(throws=True)])
    running = asyncio.create_task(loop.run())
    await client.create_process_instance("work_and_check")

    (incident,) = await until(gateway, "INCIDENT", "CREATED", 1)
    await loop.stop()
    await running

    assert incident.value["errorType"] == "UNHANDLED_ERROR_EVENT"
    assert "REFUSED" in incident.value["errorMessage"]
