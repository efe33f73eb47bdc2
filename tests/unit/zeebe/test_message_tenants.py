"""Which key a message carries that begins an instance: one broker may count those of all tenants together."""

from collections.abc import AsyncIterator

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server

from zeebe.client import ZeebeClient
from zeebe.publisher import ZeebeMessagePublisher


class Listening(GatewayServicer):
    """A gateway that remembers what was published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, str, str, str]] = []

    async def PublishMessage(self, request, context) -> pb.PublishMessageResponse:  # noqa: N802 -- the RPC's name
        self.published.append((request.tenantId, request.name, request.correlationKey, request.messageId))
        return pb.PublishMessageResponse(key=1, tenantId=request.tenantId)


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Listening, str]]:
    server, servicer = grpc.aio.server(), Listening()
    add_GatewayServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield servicer, f"127.0.0.1:{port}"
    await server.stop(None)


async def test_the_same_key_of_two_tenants_begins_an_instance_each(gateway: tuple[Listening, str]) -> None:
    servicer, address = gateway

    async with ZeebeClient(address, "http://127.0.0.1:1") as client:
        for tenant_id in ("<default>", "acme", "globex"):
            publisher = ZeebeMessagePublisher(client.of_tenant(tenant_id), {"asked"})
            await publisher.publish_once("asked", "shop:1", "asked:shop:1", {})

    assert servicer.published == [
        ("<default>", "asked", "shop:1", "asked:shop:1"),
        ("acme", "asked", "acme:shop:1", "asked:shop:1"),
        ("globex", "asked", "globex:shop:1", "asked:shop:1"),
    ]


async def test_a_key_that_an_instance_waits_with_stays_as_the_model_says(gateway: tuple[Listening, str]) -> None:
    servicer, address = gateway

    async with ZeebeClient(address, "http://127.0.0.1:1") as client:
        publisher = ZeebeMessagePublisher(client.of_tenant("acme"), {"asked"})
        await publisher.publish_once("answered", "T-1", "one", {})
        await publisher.publish_now("answered", "T-1", {})
        await publisher.publish_once("asked", "", "two", {})

    assert [key for _tenant, _name, key, _id in servicer.published] == ["T-1", "T-1", ""]
