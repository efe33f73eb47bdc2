"""The worker loop against a real gRPC gateway whose partition keeps jobs in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel

from engine.gateway.config import GatewayConfig
from engine.gateway.server import serving
from engine.processing.commands import (
    CompleteJob,
    FailJob,
    ThrowError,
    UpdateJobTimeout,
)
from tests.unit.engine.gateway.jobs_in_memory import JobsInMemory, a_job
from zeebe.client import ZeebeClient
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables
from zeebe.job_source import WorkOptions
from zeebe.worker import DuplicateJobType, JobWorkerLoop


@dataclass
class Work:
    job_type: ClassVar[str] = "work"

    seconds: float = 0
    raises: Exception | None = None
    done: list[int] = field(default_factory=list)
    running: int = 0
    most: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, job: Job) -> Variables:
        self.running += 1
        self.started.set()
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.running -= 1
        if self.raises:
            raise self.raises
        self.done.append(job.key)
        return {"done": job.key}


@pytest.fixture
def partition() -> JobsInMemory:
    return JobsInMemory()


@pytest.fixture
async def client(partition: JobsInMemory, tmp_path: Path) -> AsyncIterator[ZeebeClient]:
    config = GatewayConfig(data_dir=tmp_path, grpc_port=0, rest_port=0, management_port=0)
    async with serving(partition, config) as listening, ZeebeClient(listening.grpc_address, listening.rest_url) as client:
        yield client


@asynccontextmanager
async def working(loop: JobWorkerLoop) -> AsyncIterator[None]:
    running = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        async with asyncio.timeout(10):
            await loop.stop()
            await running


@pytest.mark.parametrize("streams", [True, False])
async def test_jobs_that_waited_and_jobs_that_come_are_completed(
    partition: JobsInMemory, client: ZeebeClient, streams: bool
) -> None:
    partition.add(a_job(1))
    work = Work()
    loop = JobWorkerLoop(client, [work], options=WorkOptions(streams=streams))

    async with working(loop):
        await partition.seen(1, CompleteJob)
        partition.add(a_job(2))
        completed = await partition.seen(2, CompleteJob)

    assert [command.job_key for command in completed] == [1, 2]
    assert completed[0].variables == {"done": 1}


async def test_no_more_jobs_run_at_once_than_allowed(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(*(a_job(n) for n in range(12)))
    work = Work(seconds=0.02)
    loop = JobWorkerLoop(client, [work], options=WorkOptions(max_running=3))

    async with working(loop):
        await partition.seen(12, CompleteJob)

    assert work.most == 3
    assert sorted(work.done) == list(range(12))


async def test_an_unexpected_error_fails_the_job_with_one_retry_less(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(a_job(1))
    work = Work(raises=ZeroDivisionError("by nothing"))

    async with working(JobWorkerLoop(client, [work])):
        failed = (await partition.seen(1, FailJob))[0]

    assert failed.retries == 2
    assert failed.retry_back_off == 1000
    assert failed.error_message.startswith("ZeroDivisionError: by nothing (at test_worker.py:")


async def test_a_validation_error_does_not_tell_the_value(partition: JobsInMemory, client: ZeebeClient) -> None:
    class Customer(BaseModel):
        age: int

    class Validate:
        job_type: ClassVar[str] = "work"

        async def __call__(self, job: Job) -> Variables:
            Customer.model_validate({"age": "Jane Doe, jane@example.org"})
            return {}

    partition.add(a_job(1))

    async with working(JobWorkerLoop(client, [Validate()])):
        failed = (await partition.seen(1, FailJob))[0]

    assert "age" in failed.error_message
    assert "Jane" not in failed.error_message


async def test_a_business_outcome_is_thrown_to_the_process(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(a_job(1))
    work = Work(raises=BpmnError("APPLICANT_UNKNOWN", "nobody", {"asked": "A-1"}))

    async with working(JobWorkerLoop(client, [work])):
        thrown = (await partition.seen(1, ThrowError))[0]

    assert (thrown.error_code, thrown.error_message, thrown.variables) == ("APPLICANT_UNKNOWN", "nobody", {"asked": "A-1"})


async def test_variables_that_are_no_json_fail_the_job(partition: JobsInMemory, client: ZeebeClient) -> None:
    class Odd:
        job_type: ClassVar[str] = "work"

        async def __call__(self, job: Job) -> Variables:
            return {"thing": object()}

    partition.add(a_job(1))

    async with working(JobWorkerLoop(client, [Odd()])):
        failed = (await partition.seen(1, FailJob))[0]

    assert failed.error_message.startswith("TypeError")


async def test_a_completion_refused_for_back_pressure_is_brought_again(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.refusals = 3
    partition.add(a_job(1))
    work = Work()

    async with working(JobWorkerLoop(client, [work])):
        await partition.seen(1, CompleteJob)

    assert (work.done, partition.refusals) == ([1], 0)


async def test_a_job_in_progress_is_finished_before_the_loop_ends(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(a_job(1))
    work = Work(seconds=0.3)
    loop = JobWorkerLoop(client, [work])
    async with working(loop):
        await work.started.wait()

    assert [command.job_key for command in await partition.seen(1, CompleteJob)] == [1]
    assert loop.running == 0


async def test_a_job_that_drains_too_long_is_given_back_with_its_retries(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(a_job(1))
    work = Work(seconds=60)
    loop = JobWorkerLoop(client, [work], drain_seconds=0.05)
    async with working(loop):
        await work.started.wait()

    (failed,) = await partition.seen(1, FailJob)
    assert failed.retries == 3
    assert partition.activatable() == [1]


async def test_a_job_that_runs_long_asks_for_more_time(partition: JobsInMemory, client: ZeebeClient) -> None:
    partition.add(a_job(1))
    work = Work(seconds=0.3)

    async with working(JobWorkerLoop(client, [work], options=WorkOptions(timeout_ms=200))):
        await partition.seen(1, CompleteJob)

    assert [command for command in partition.commands if isinstance(command, UpdateJobTimeout)]


async def test_two_workers_of_one_job_type_are_refused(client: ZeebeClient) -> None:
    with pytest.raises(DuplicateJobType, match="'work'"):
        JobWorkerLoop(client, [Work(), Work()])
