"""pyzeebe's worker in all its ways: decorators, exception handlers, few variables, batches, a result's name, a cancel."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pyzeebe import Job, JobController, ZeebeClient, ZeebeWorker, create_insecure_channel
from pyzeebe.errors import ProcessInstanceNotFoundError, ProcessTimeoutError

from tests.integration.gateway.gateway_process import WAIT_AND_WORK, GatewayProcess, running_gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        path = tmp_path_factory.mktemp("model") / "model.bpmn"
        path.write_bytes(WAIT_AND_WORK)
        asyncio.run(_deploy(gateway, path))
        yield gateway


async def _deploy(gateway: GatewayProcess, path: Path) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        await ZeebeClient(channel).deploy_resource(str(path))


@asynccontextmanager
async def working(gateway: GatewayProcess, register: Callable[[ZeebeWorker], object]) -> AsyncIterator[ZeebeClient]:
    """A client beside a worker that runs meanwhile."""
    async with create_insecure_channel(gateway.address) as channel:
        worker = ZeebeWorker(channel)
        register(worker)
        running = asyncio.create_task(worker.work())
        yield ZeebeClient(channel)
        await worker.stop()
        await asyncio.wait_for(running, 20)


async def test_decorators_see_the_job_before_and_after(gateway: GatewayProcess) -> None:
    seen: list[str] = []

    async def before(job: Job) -> Job:
        seen.append("before")
        return job

    async def after(job: Job) -> Job:
        seen.append("after")
        return job

    def register(worker: ZeebeWorker) -> None:
        @worker.task("work", before=[before], after=[after])
        async def work(amount: int) -> dict:
            seen.append("work")
            return {"twice": 2 * amount}

    async with working(gateway, register) as client:
        await client.run_process_with_result("work_and_check", {"amount": 1}, timeout=10_000)

    assert seen == ["before", "work", "after"]


async def test_an_exception_handler_may_complete_the_job(gateway: GatewayProcess) -> None:
    async def handler(error: Exception, job: Job, controller: JobController) -> None:
        await controller.set_success_status({"twice": str(error)})

    def register(worker: ZeebeWorker) -> None:
        @worker.task("work", exception_handler=handler)
        async def work(amount: int) -> dict:
            raise ValueError(f"no {amount}")

    async with working(gateway, register) as client:
        result = await client.run_process_with_result("work_and_check", {"amount": 7}, timeout=10_000)

    assert result.variables["twice"] == "no 7"


async def test_a_worker_is_given_only_the_variables_it_asks_for(gateway: GatewayProcess) -> None:
    given: list[dict[str, object]] = []

    def register(worker: ZeebeWorker) -> None:
        @worker.task("work", variables_to_fetch=["amount"])
        async def work(job: Job, amount: int) -> dict:
            given.append(dict(job.variables))
            return {"twice": 0}

    async with working(gateway, register) as client:
        await client.run_process_with_result("work_and_check", {"amount": 3, "secret": "x"}, timeout=10_000)

    assert given == [{"amount": 3}]


async def test_a_single_value_is_stored_under_its_name(gateway: GatewayProcess) -> None:
    def register(worker: ZeebeWorker) -> None:
        @worker.task("work", single_value=True, variable_name="twice")
        async def work(amount: int) -> int:
            return 2 * amount

    async with working(gateway, register) as client:
        result = await client.run_process_with_result(
            "work_and_check", {"amount": 4}, timeout=10_000, variables_to_fetch=["twice"]
        )

    assert result.variables == {"twice": 8}


async def test_twenty_instances_are_worked_on_in_batches(gateway: GatewayProcess) -> None:
    def register(worker: ZeebeWorker) -> None:
        @worker.task("work", max_jobs_to_activate=5, max_running_jobs=5)
        async def work(amount: int) -> dict:
            return {"twice": 2 * amount}

    async with working(gateway, register) as client:
        results = await asyncio.gather(
            *(client.run_process_with_result("work_and_check", {"amount": number}, timeout=20_000) for number in range(20))
        )

    assert [result.variables["twice"] for result in results] == [2 * number for number in range(20)]


async def test_an_instance_that_was_cancelled_is_gone(gateway: GatewayProcess) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        client = ZeebeClient(channel)
        started = await client.run_process("work_and_check", {"amount": 1})

        await client.cancel_process_instance(started.process_instance_key)

        with pytest.raises(ProcessInstanceNotFoundError):
            await client.cancel_process_instance(started.process_instance_key)


async def test_waiting_for_a_result_ends_at_its_timeout(gateway: GatewayProcess) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        client = ZeebeClient(channel)

        with pytest.raises(ProcessTimeoutError):
            await client.run_process_with_result("work_and_check", {"amount": 1}, timeout=300)
