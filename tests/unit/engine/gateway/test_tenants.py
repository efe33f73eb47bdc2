"""Tenants at the gateway: who is served, who is refused and how, over a real connection and a real engine in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from engine.gateway.clock import SystemClock
from engine.gateway.config import GatewayConfig
from engine.gateway.partition import DurablePartition
from engine.gateway.server import serving
from engine.state.memory import MemoryStore
from tests.bpmn_builder import process

ONE_JOB = process("p").start("asked", message="ask").service_task("work").end().start("begin").to("work").xml()


@asynccontextmanager
async def gateway(
    *tenants: str, others: Callable[[], Collection[str]] | None = None
) -> AsyncIterator[tuple[GatewayStub, DurablePartition]]:
    partition = DurablePartition(MemoryStore(), SystemClock())
    config = GatewayConfig(data_dir=Path(), grpc_port=0, rest_port=0, management_port=0, tenants=tenants, other_tenants=others)
    await partition.start()
    try:
        async with serving(partition, config) as listening, grpc.aio.insecure_channel(listening.grpc_address) as channel:
            yield GatewayStub(channel), partition
    finally:
        await partition.stop()


@pytest.fixture
async def stub() -> AsyncIterator[GatewayStub]:
    async with gateway("acme", "globex") as (stub, _):
        yield stub


def deployment(tenant_id: str = "") -> pb.DeployResourceRequest:
    return pb.DeployResourceRequest(resources=[pb.Resource(name="p.bpmn", content=ONE_JOB)], tenantId=tenant_id)


def creation(tenant_id: str = "") -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1, tenantId=tenant_id)


def polling(*tenant_ids: str, wait: int = -1) -> pb.ActivateJobsRequest:
    given = {"type": "work", "worker": "w", "timeout": 60_000, "maxJobsToActivate": 10, "requestTimeout": wait}
    return pb.ActivateJobsRequest(**given, tenantIds=tenant_ids)


async def jobs(stub: GatewayStub, *tenant_ids: str, wait: int = -1) -> list[str]:
    """Whose jobs are handed out."""
    return [job.tenantId async for response in stub.ActivateJobs(polling(*tenant_ids, wait=wait)) for job in response.jobs]


async def refusal(call) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    return refused.value.code(), refused.value.details()


async def test_each_tenant_has_processes_instances_and_jobs_of_its_own(stub: GatewayStub) -> None:
    for tenant_id in ("acme", "globex"):
        deployed = await stub.DeployResource(deployment(tenant_id))
        created = await stub.CreateProcessInstance(creation(tenant_id))
        assert (deployed.tenantId, deployed.deployments[0].process.version, created.tenantId) == (tenant_id, 1, tenant_id)

    published = await stub.PublishMessage(pb.PublishMessageRequest(name="ask", tenantId="acme"))

    assert published.tenantId == "acme"
    assert await jobs(stub, "<default>") == []
    assert await jobs(stub, "globex") == ["globex"]
    assert await jobs(stub, "acme", "globex") == ["acme", "acme"]


@pytest.mark.parametrize(
    ("tenant_id", "status", "reason"),
    [
        ("", grpc.StatusCode.INVALID_ARGUMENT, "no tenant identifier was provided."),
        (" ", grpc.StatusCode.INVALID_ARGUMENT, "no tenant identifier was provided."),
        ("a" * 32, grpc.StatusCode.INVALID_ARGUMENT, "tenant identifier is longer than 31 characters"),
        ("a b", grpc.StatusCode.INVALID_ARGUMENT, "tenant identifier contains illegal characters"),
        ("initech", grpc.StatusCode.PERMISSION_DENIED, "tenant is not authorized to perform this request"),
    ],
)
async def test_a_request_of_no_tenant_that_is_served_is_refused(
    stub: GatewayStub, tenant_id: str, status: grpc.StatusCode, reason: str
) -> None:
    refused = await refusal(stub.CreateProcessInstance(creation(tenant_id)))

    text = f"Expected to handle gRPC request CreateProcessInstance with tenant identifier '{tenant_id}', but {reason}"
    assert refused == (status, text)


async def test_jobs_are_asked_for_by_tenant(stub: GatewayStub) -> None:
    polled = await refusal(jobs(stub))
    streamed = await refusal(stub.StreamActivatedJobs(pb.StreamActivatedJobsRequest(type="work", timeout=1)).read())

    text = "Expected to handle gRPC request {} with tenant identifiers '[]', but no tenant identifiers were provided."
    assert polled == (grpc.StatusCode.INVALID_ARGUMENT, text.format("ActivateJobs"))
    assert streamed == (grpc.StatusCode.INVALID_ARGUMENT, text.format("StreamActivatedJobs"))


async def test_the_deprecated_deployment_is_the_default_tenants(stub: GatewayStub) -> None:
    request = pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="p.bpmn", definition=ONE_JOB)])

    deployed = await stub.DeployProcess(request)

    assert deployed.processes[0].tenantId == "<default>"


async def test_a_client_is_served_although_one_of_a_tenant_without_jobs_stands_before_it(stub: GatewayStub) -> None:
    await stub.DeployResource(deployment("acme"))
    before = asyncio.ensure_future(jobs(stub, "globex", wait=60_000))
    behind = asyncio.ensure_future(jobs(stub, "acme", wait=60_000))
    await asyncio.wait([before, behind], timeout=0.05)

    await stub.CreateProcessInstance(creation("acme"))

    assert await behind == ["acme"]
    assert not before.done()
    before.cancel()


async def test_a_stream_gets_the_jobs_of_its_tenants(stub: GatewayStub) -> None:
    for tenant_id in ("acme", "globex"):
        await stub.DeployResource(deployment(tenant_id))
    request = pb.StreamActivatedJobsRequest(type="work", worker="w", timeout=60_000, tenantIds=["globex"])
    stream = stub.StreamActivatedJobs(request)
    await stream.initial_metadata()
    for tenant_id in ("acme", "globex", "acme"):
        await stub.CreateProcessInstance(creation(tenant_id))

    job = await stream.read()

    assert job.tenantId == "globex"
    assert await jobs(stub, "acme") == ["acme", "acme"]
    stream.cancel()


async def test_where_none_is_named_a_tenant_is_served_as_soon_as_somebody_knows_it() -> None:
    accounts = {"<default>"}
    async with gateway(others=lambda: accounts) as (stub, _):
        refused = await refusal(stub.DeployResource(deployment("acme")))
        accounts.add("acme")

        deployed = await stub.DeployResource(deployment("acme"))
        await stub.DeployResource(deployment())
        await stub.CreateProcessInstance(creation("acme"))
        await stub.CreateProcessInstance(creation())

        text = "Expected to handle gRPC request DeployResource with tenant identifier 'acme', but multi-tenancy is disabled"
        assert refused == (grpc.StatusCode.INVALID_ARGUMENT, text)
        assert deployed.tenantId == "acme"
        assert await jobs(stub, "<default>") == ["<default>"]
        # Who names no tenant works for all of them.
        assert await jobs(stub) == ["acme"]


async def test_a_poll_may_be_the_first_to_name_a_tenant() -> None:
    async with gateway(others=lambda: ["acme"]) as (stub, _):
        assert await jobs(stub, "acme") == []
        assert (await refusal(jobs(stub, "globex")))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_tenants_that_are_named_are_all_there_are() -> None:
    async with gateway("acme", others=lambda: ["globex"]) as (stub, _):
        status, _ = await refusal(stub.DeployResource(deployment("globex")))

    assert status is grpc.StatusCode.PERMISSION_DENIED
