"""One gateway process: gRPC, REST and management around one partition, in one event loop.

It starts in the order management, REST, gRPC, so that whoever sees `/ready` finds the rest. It stops in the other order:
waiting clients are let go, calls in progress are answered, and only then the engine closes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog
from grpc_health.v1 import health
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import add_GatewayServicer_to_server

from engine.gateway.clock import ControlledClock, SystemClock
from engine.gateway.config import BROKER_VERSION, GatewayConfig, Listening
from engine.gateway.directory_lock import locked
from engine.gateway.http_server import HttpServer, PortTaken
from engine.gateway.job_dispatch import JobDispatch
from engine.gateway.management import ManagementCalls, management_app
from engine.gateway.metrics import Metrics
from engine.gateway.partition import DurablePartition
from engine.gateway.ports import Partition
from engine.gateway.rest import rest_app
from engine.gateway.servicer import Gateway
from engine.gateway.tenants import Tenants

log = structlog.get_logger(__name__)

# Calls in progress are answered within this time after a stop was asked for.
GRACE_SECONDS = 5.0
SERVICE = "gateway_protocol.Gateway"


class GatewayServer:
    """The servers around a partition."""

    def __init__(self, partition: Partition, config: GatewayConfig) -> None:
        metrics = Metrics()
        self._config = config
        self._dispatch = JobDispatch(partition)
        self._management = ManagementCalls(partition, self._dispatch, metrics)
        metrics.gauge("penstock_gateway_waiting_clients", "Clients that wait for jobs.", lambda: self._dispatch.waiting)
        metrics.gauge("penstock_engine_last_position", "Position of the newest record.", lambda: partition.last_position)
        metrics.gauge(
            "penstock_engine_dropped_through",
            "Position up to which records are no longer kept.",
            lambda: partition.dropped_through,
        )
        self._management_server = HttpServer(
            management_app(self._management), config.host, config.management_port, purpose="management"
        )
        self._grpc, grpc_port = _grpc_server(config)
        topology = _topology(config.host, grpc_port)
        tenants = Tenants(config.tenants, config.other_tenants)
        registrar = _ByName(self._grpc)
        add_GatewayServicer_to_server(Gateway(partition, self._dispatch, metrics, topology, tenants), registrar)  # type: ignore[no-untyped-call,arg-type,unused-ignore]
        # What gRPC's own health check asks for; Zeebe's gateway answers it under this name.
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # the stubs do not know it
        add_HealthServicer_to_server(self._health, registrar)
        self._rest_server = HttpServer(
            rest_app(partition, _as_json(topology), largest_body=config.max_message_bytes),
            config.host,
            config.rest_port,
            purpose="REST",
        )
        self.listening = Listening(config.host, grpc_port, self._rest_server.port, self._management_server.port)

    async def start(self) -> None:
        self._management_server.start()
        self._rest_server.start()
        await self._health.set(SERVICE, HealthCheckResponse.SERVING)
        await self._grpc.start()
        self._management.is_ready = True

    async def stop(self) -> None:
        """Refuse what is new, answer what has begun."""
        self._management.stop()
        await self._health.enter_graceful_shutdown()
        stopping = asyncio.ensure_future(self._grpc.stop(GRACE_SECONDS))
        await self._dispatch.close()
        await stopping
        await asyncio.gather(self._rest_server.stop(), self._management_server.stop())


class _ByName:
    """What generated code takes for the server; it finds handlers by the name of the call only.

    Generated code also offers them as registered methods. For each of those grpc.aio keeps one task waiting and asks all of
    them again at every call, which takes three times as long as finding the handler.
    """

    def __init__(self, server: grpc.aio.Server) -> None:
        self.add_generic_rpc_handlers = server.add_generic_rpc_handlers

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """Leave it at the generic handlers."""


def _grpc_server(config: GatewayConfig) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server(
        options=(
            ("grpc.max_receive_message_length", config.max_message_bytes),
            ("grpc.max_send_message_length", -1),
            # Without it a second gateway could share the port and get half of the calls.
            ("grpc.so_reuseport", 0),
            # Clients keep connections alive by pings; Zeebe's ping every 45 seconds, others more often.
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.keepalive_permit_without_calls", 1),
        )
    )
    address = f"{config.host}:{config.grpc_port}"
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise PortTaken(config.host, config.grpc_port, "gRPC", "the address is in use or not of this machine") from error
    return server, port


def _topology(host: str, port: int) -> pb.TopologyResponse:
    partition = pb.Partition(partitionId=1, role=pb.Partition.LEADER, health=pb.Partition.HEALTHY)
    broker = pb.BrokerInfo(nodeId=0, host=host, port=port, partitions=[partition], version=BROKER_VERSION)
    return pb.TopologyResponse(
        brokers=[broker], clusterSize=1, partitionsCount=1, replicationFactor=1, gatewayVersion=BROKER_VERSION
    )


def _as_json(topology: pb.TopologyResponse) -> dict[str, Any]:
    """The same, in the words of the REST call."""
    brokers = [
        {
            "nodeId": broker.nodeId,
            "host": broker.host,
            "port": broker.port,
            "partitions": [{"partitionId": 1, "role": "leader", "health": "healthy"}],
            "version": broker.version,
        }
        for broker in topology.brokers
    ]
    sizes = {"clusterSize": 1, "partitionsCount": 1, "replicationFactor": 1}
    return {"brokers": brokers, **sizes, "gatewayVersion": topology.gatewayVersion}


async def serve(config: GatewayConfig, stop: asyncio.Event, ready: Callable[[Listening], None]) -> None:
    """Open the data directory and serve it until told to stop; `ready` learns where.

    Raises:
        DirectoryInUse: another gateway serves this directory.
        PortTaken: a port is in use.
        StoreUnusable: state and records cannot be opened.
        StoreLost: they went away.
    """
    with locked(config.data_dir):
        clock = ControlledClock() if config.clock == "controlled" else SystemClock()
        partition = DurablePartition.open(
            config.data_dir,
            url=config.store_url,
            clock=clock,
            synchronous=config.sync,
            keep_records_seconds=config.keep_records_seconds,
        )
        await partition.start()
        try:
            async with serving(partition, config) as listening:
                log.info("gateway_ready", grpc_port=listening.grpc_port, position=partition.last_position)
                ready(listening)
                await _until_stopped(partition, stop)
                log.info("gateway_stopping")
        finally:
            await partition.stop()
    log.info("gateway_stopped")


async def _until_stopped(partition: DurablePartition, stop: asyncio.Event) -> None:
    """Wait for the word to stop; a partition that cannot go on stops the servers too, for a supervisor to start anew."""
    stopping, ended = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(partition.ended())
    await asyncio.wait([stopping, ended], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if ended.done():
        ended.result()
    ended.cancel()


@asynccontextmanager
async def serving(partition: Partition, config: GatewayConfig) -> AsyncIterator[Listening]:
    """A running gateway around an open partition."""
    server = GatewayServer(partition, config)
    await server.start()
    try:
        yield server.listening
    finally:
        await server.stop()
