"""Whose jobs a client asks for, as a gateway hears it."""

from collections.abc import AsyncIterator

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server

from zeebe.client import ZeebeClient


class Listening(GatewayServicer):
    """A gateway without jobs that remembers whose it was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def ActivateJobs(self, request, context) -> AsyncIterator[pb.ActivateJobsResponse]:  # noqa: N802 -- the RPC's name
        self.asked.append(list(request.tenantIds))
        yield pb.ActivateJobsResponse()

    async def StreamActivatedJobs(self, request, context) -> AsyncIterator[pb.ActivatedJob]:  # noqa: N802 -- the RPC's name
        self.asked.append(list(request.tenantIds))
        yield pb.ActivatedJob(key=1, type="work", variables="{}", customHeaders="{}", tenantId="acme")


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Listening, str]]:
    server, servicer = grpc.aio.server(), Listening()
    add_GatewayServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield servicer, f"127.0.0.1:{port}"
    await server.stop(None)


async def test_jobs_are_asked_for_of_the_tenants_that_were_named(gateway: tuple[Listening, str]) -> None:
    servicer, address = gateway

    async with ZeebeClient(address, "http://127.0.0.1:1", job_tenants=("<default>", "acme")) as client:
        await client.activate_jobs("work", worker="w")
        jobs = [job async for job in client.stream_activated_jobs("work", worker="w")]

    assert servicer.asked == [["<default>", "acme"]] * 2
    assert [job.tenant_id for job in jobs] == ["acme"]


async def test_a_client_that_names_none_asks_as_before(gateway: tuple[Listening, str]) -> None:
    servicer, address = gateway

    async with ZeebeClient(address, "http://127.0.0.1:1") as client:
        await client.activate_jobs("work", worker="w")

    assert servicer.asked == [[]]
