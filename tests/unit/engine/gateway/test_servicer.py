"""The gRPC service over a real connection; the partition keeps jobs in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from engine.gateway.config import GatewayConfig
from engine.gateway.server import serving
from engine.processing.commands import ActivateJobs, CompleteJob, FailJob
from tests.unit.engine.gateway.jobs_in_memory import JobsInMemory, a_job


@pytest.fixture
def partition() -> JobsInMemory:
    return JobsInMemory()


@pytest.fixture
async def address(partition: JobsInMemory, tmp_path: Path) -> AsyncIterator[str]:
    async with serving(partition, GatewayConfig(data_dir=tmp_path, grpc_port=0, rest_port=0, management_port=0)) as listening:
        yield listening.grpc_address


@pytest.fixture
async def stub(address: str) -> AsyncIterator[GatewayStub]:
    async with grpc.aio.insecure_channel(address) as channel:
        yield GatewayStub(channel)


def polling(count: int = 1, request_timeout: int = 5000, **given) -> pb.ActivateJobsRequest:
    fields = {"type": "work", "worker": "w", "timeout": 1000} | given
    return pb.ActivateJobsRequest(maxJobsToActivate=count, requestTimeout=request_timeout, **fields)


async def activated(stub: GatewayStub, request: pb.ActivateJobsRequest) -> list[int]:
    return [job.key async for response in stub.ActivateJobs(request) for job in response.jobs]


async def refusal(call) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), refused.value.details()


async def test_topology_shows_one_healthy_partition_of_zeebe_8_5(stub: GatewayStub) -> None:
    topology = await stub.Topology(pb.TopologyRequest())

    (broker,) = topology.brokers
    assert broker.version.startswith("8.5.")
    assert [(p.partitionId, p.role, p.health) for p in broker.partitions] == [(1, pb.Partition.LEADER, pb.Partition.HEALTHY)]
    assert (topology.clusterSize, topology.partitionsCount, topology.replicationFactor) == (1, 1, 1)


async def test_polling_brings_jobs_and_long_polling_waits_for_them(stub: GatewayStub, partition: JobsInMemory) -> None:
    partition.add(a_job(1), a_job(2), a_job(3))

    at_once = await activated(stub, polling(2))
    rest = await activated(stub, polling(5))
    later = asyncio.ensure_future(activated(stub, polling(5)))
    await asyncio.sleep(0.05)
    partition.add(a_job(4))

    assert (at_once, rest, await later) == ([1, 2], [3], [4])


async def test_a_negative_request_timeout_does_not_wait(stub: GatewayStub) -> None:
    found = await asyncio.wait_for(activated(stub, polling(request_timeout=-1)), 2)

    assert found == []


async def test_large_jobs_are_spread_over_responses_that_clients_accept(stub: GatewayStub, partition: JobsInMemory) -> None:
    partition.add(*(a_job(n, variables='{"x":"' + "y" * 1_000_000 + '"}') for n in range(8)))

    found = await activated(stub, polling(8))

    assert found == list(range(8))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"type": ""}, "type to be present, but it was blank"),
        ({"timeout": 0}, "timeout to be greater than zero, but it was '0'"),
        ({"count": 0}, "max jobs to activate to be greater than zero, but it was '0'"),
    ],
)
async def test_an_impossible_activation_is_refused_in_zeebe_s_words(stub: GatewayStub, given: dict, reason: str) -> None:
    status = await refusal(activated(stub, polling(**given)))

    expected = "Command 'ACTIVATE' rejected with code 'INVALID_ARGUMENT': Expected to activate job batch with " + reason
    assert status == (grpc.StatusCode.INVALID_ARGUMENT, expected)


async def test_another_tenant_is_refused_as_by_a_cluster_without_tenants(stub: GatewayStub) -> None:
    status = await refusal(activated(stub, polling(tenantIds=["acme"])))

    reason = "Expected to handle gRPC request ActivateJobs with tenant identifier 'acme', but multi-tenancy is disabled"
    assert status == (grpc.StatusCode.INVALID_ARGUMENT, reason)


async def test_a_job_completed_twice_is_not_found_the_second_time(stub: GatewayStub, partition: JobsInMemory) -> None:
    partition.add(a_job(1))
    await activated(stub, polling())
    await stub.CompleteJob(pb.CompleteJobRequest(jobKey=1))

    status = await refusal(stub.CompleteJob(pb.CompleteJobRequest(jobKey=1)))

    reason = (
        "Command 'COMPLETE' rejected with code 'NOT_FOUND': Expected to complete job with key '1', but no such job was found"
    )
    assert status == (grpc.StatusCode.NOT_FOUND, reason)


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ("[1]", "Property 'variables' is invalid: Expected document to be a root level object, but was 'ARRAY'"),
        ('"x"', "Property 'variables' is invalid: Expected document to be a root level object, but was 'STRING'"),
        ("1", "Property 'variables' is invalid: Expected document to be a root level object, but was 'INTEGER'"),
        ("{", "Invalid JSON value: "),
        ('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "Invalid JSON value: "),
        ('{"a":123456789012345678901234567890}', "MessagePack cannot serialize BigInteger larger than 2^64-1"),
    ],
)
async def test_variables_that_are_no_object_are_refused(stub: GatewayStub, variables: str, reason: str) -> None:
    code, told = await refusal(stub.CompleteJob(pb.CompleteJobRequest(jobKey=1, variables=variables)))

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert told.startswith(reason)


@pytest.mark.parametrize("variables", ["", "  ", "null", "{}"])
async def test_no_variables_are_an_empty_object(stub: GatewayStub, partition: JobsInMemory, variables: str) -> None:
    partition.add(a_job(1))
    await activated(stub, polling())

    await stub.CompleteJob(pb.CompleteJobRequest(jobKey=1, variables=variables))

    assert (await partition.seen(1, CompleteJob))[0].variables == {}


async def test_a_message_over_the_limit_is_refused_and_the_gateway_lives(stub: GatewayStub) -> None:
    resource = pb.Resource(name="huge.bpmn", content=b"x" * 50_000_000)

    code, told = await refusal(stub.DeployResource(pb.DeployResourceRequest(resources=[resource])))
    topology = await stub.Topology(pb.TopologyRequest())

    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in told
    assert topology.clusterSize == 1


async def test_a_stream_brings_the_jobs_that_come_and_leaves_those_that_waited(
    stub: GatewayStub, partition: JobsInMemory
) -> None:
    partition.add(a_job(1), a_job(2))
    stream = stub.StreamActivatedJobs(pb.StreamActivatedJobsRequest(type="work", worker="w", timeout=1000))
    await stream.initial_metadata()
    jobs = aiter(stream)

    partition.add(*(a_job(n) for n in range(3, 20)))
    came = [(await anext(jobs)).key for _ in range(3, 20)]
    stream.cancel()

    assert (came, partition.activatable()) == (list(range(3, 20)), [1, 2])


async def test_a_stream_for_no_type_is_refused(stub: GatewayStub) -> None:
    stream = stub.StreamActivatedJobs(pb.StreamActivatedJobsRequest(worker="w", timeout=1000))

    status = await refusal(anext(aiter(stream)))

    reason = "Expected to stream activated jobs with type to be present, but it was blank"
    assert status == (grpc.StatusCode.INVALID_ARGUMENT, reason)


async def test_a_client_that_stops_reading_is_handed_few_jobs(address: str, partition: JobsInMemory) -> None:
    options = (("grpc.http2.lookahead_bytes", 1), ("grpc.http2.bdp_probe", 0))
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        stream = GatewayStub(channel).StreamActivatedJobs(pb.StreamActivatedJobsRequest(type="work", worker="w", timeout=1000))
        await stream.initial_metadata()
        partition.add(*(a_job(n) for n in range(200)))
        await anext(aiter(stream))

        # Longer than a batch may wait for a client that does not read.
        await asyncio.sleep(1.3)

        assert len(partition.activatable()) >= 195
        stream.cancel()


async def test_jobs_a_stream_s_client_did_not_read_are_given_back_when_it_goes(address: str, partition: JobsInMemory) -> None:
    options = (("grpc.http2.lookahead_bytes", 1), ("grpc.http2.bdp_probe", 0))
    async with grpc.aio.insecure_channel(address, options=options) as channel:
        stream = GatewayStub(channel).StreamActivatedJobs(pb.StreamActivatedJobsRequest(type="work", worker="w", timeout=1000))
        await stream.initial_metadata()
        partition.add(*(a_job(n) for n in range(20)))
        await anext(aiter(stream))
        await asyncio.sleep(0.1)
        stream.cancel()

    failed = await partition.seen(6, FailJob)

    assert all(command.retries == 3 for command in failed)
    assert len(partition.activatable()) >= 18


async def test_a_stopping_gateway_lets_waiting_clients_go(partition: JobsInMemory, tmp_path: Path) -> None:
    config = GatewayConfig(data_dir=tmp_path, grpc_port=0, rest_port=0, management_port=0)
    async with AsyncExitStack() as outlives:
        async with serving(partition, config) as listening:
            channel = await outlives.enter_async_context(grpc.aio.insecure_channel(listening.grpc_address))
            waiting = asyncio.ensure_future(activated(GatewayStub(channel), polling(request_timeout=60_000)))
            await partition.seen(1, ActivateJobs)
            leaving = asyncio.get_running_loop().time()

        assert await waiting == []
        assert asyncio.get_running_loop().time() - leaving < 3
