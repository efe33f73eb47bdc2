from collections.abc import AsyncIterator

import grpc
import pytest
from pyzeebe.proto.gateway_pb2_grpc import add_GatewayServicer_to_server

from tests.unit.zeebe.listening_gateway import ListeningGateway


@pytest.fixture
async def gateway() -> AsyncIterator[ListeningGateway]:
    server, servicer = grpc.aio.server(), ListeningGateway()
    add_GatewayServicer_to_server(servicer, server)
    servicer.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    yield servicer
    await server.stop(None)
