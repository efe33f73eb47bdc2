"""pyzeebe's ordinary client and worker, unchanged, against the embedded gateway."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyzeebe import Job, ZeebeClient, ZeebeWorker, create_insecure_channel
from pyzeebe.errors import MessageAlreadyExistsError, ProcessDefinitionNotFoundError, ProcessInstanceNotFoundError

from tests.integration.gateway.gateway_process import WAIT_AND_WORK, GatewayProcess, running_gateway


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    with running_gateway(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model.bpmn"
    path.write_bytes(WAIT_AND_WORK)
    return str(path)


async def test_a_file_is_deployed_with_its_version(gateway: GatewayProcess, model: str) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        deployed = await ZeebeClient(channel).deploy_resource(model)

    assert {(process.bpmn_process_id, process.version) for process in deployed.deployments} == {
        ("work_and_check", 1),
        ("ask", 1),
    }


@pytest.mark.parametrize("streams", [False, True])
async def test_a_worker_completes_jobs_and_the_client_gets_the_result(
    gateway: GatewayProcess, model: str, streams: bool
) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        client, worker = ZeebeClient(channel), ZeebeWorker(channel)
        await client.deploy_resource(model)

        @worker.task("work", timeout_ms=10_000)
        async def work(job: Job, amount: int) -> dict:
            return {"twice": 2 * amount}

        working = asyncio.create_task(worker.work())
        if streams:
            await asyncio.sleep(0.1)
        result = await client.run_process_with_result("work_and_check", {"amount": 21}, timeout=10_000)
        await worker.stop()
        await asyncio.wait_for(working, 20)

    assert result.variables["twice"] == 42


async def test_refusals_become_pyzeebe_s_own_errors(gateway: GatewayProcess) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        client = ZeebeClient(channel)

        with pytest.raises(ProcessDefinitionNotFoundError):
            await client.run_process("unheard_of")
        with pytest.raises(ProcessInstanceNotFoundError):
            await client.cancel_process_instance(1)
        await client.publish_message("paid", "T-1", message_id="once", time_to_live_in_milliseconds=60_000)
        with pytest.raises(MessageAlreadyExistsError):
            await client.publish_message("paid", "T-1", message_id="once", time_to_live_in_milliseconds=60_000)


async def test_topology_and_health_are_as_pyzeebe_expects(gateway: GatewayProcess) -> None:
    async with create_insecure_channel(gateway.address) as channel:
        topology = await ZeebeClient(channel).topology()
        health = await ZeebeClient(channel).healthcheck()

    assert topology.cluster_size == 1
    assert str(health.status) in {"1", "SERVING", "HealthCheckStatus.SERVING"}
