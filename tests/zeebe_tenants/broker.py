"""A real Zeebe with multi-tenancy: an interceptor (Zeebe's documented extension) says for which tenants a caller may speak.

It is compiled from its source beside this file, by the compiler that the real engine's launcher is compiled by.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import grpc
import pytest
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from tests.differential.launcher import EngineMissing, compile_java
from tests.zeebe_broker import VERSION
from tests.zeebe_tenants.dialogue import AUTHORIZED, talk
from zeebe.local_broker import BrokerMissing, BrokerOptions, Export, RunningBroker, fetched_distribution, find_java, free_ports

SOURCE = Path(__file__).parent / "TenantsFromHeader.java"
INTERCEPTOR = "ZEEBE_BROKER_GATEWAY_INTERCEPTORS_0_"


@contextmanager
def broker_with_tenants(folder: Path, export: Export) -> Iterator[RunningBroker]:
    """A broker, not yet started, that is stopped at the end; skips by name where it cannot run."""
    cache = Path(os.environ.get("PENSTOCK_ZEEBE_CACHE", Path.home() / ".cache" / "penstock"))
    try:
        home, java = fetched_distribution(VERSION, cache), find_java()
        interceptor = _compiled(home, folder)
    except (BrokerMissing, EngineMissing) as missing:
        pytest.skip(f"a Zeebe {VERSION} with tenants cannot run here: {missing}")
    tenants = {
        "ZEEBE_BROKER_GATEWAY_MULTITENANCY_ENABLED": "true",
        "AUTHORIZED_TENANTS": ",".join(AUTHORIZED),
        f"{INTERCEPTOR}ID": "tenants",
        f"{INTERCEPTOR}CLASSNAME": SOURCE.stem,
        f"{INTERCEPTOR}JARPATH": str(interceptor),
    }
    options = BrokerOptions(folder / "broker", free_ports(), export, further=tenants)
    broker = RunningBroker(home, java, options)
    try:
        yield broker
    finally:
        broker.stop()


async def talk_with(broker: RunningBroker) -> list[str]:
    """The whole talk with a broker that was started; its answers."""
    async with grpc.aio.insecure_channel(broker.options.ports.grpc_address) as channel:
        stub = GatewayStub(channel)
        while not await _has_leader(stub):  # noqa: ASYNC110 - only the broker knows
            await asyncio.sleep(0.25)
        return await talk(stub)


async def _has_leader(stub: Any) -> bool:
    """Whether the gateway knows by now who leads the partition."""
    topology = await stub.Topology(pb.TopologyRequest())
    return any(each.role == pb.Partition.LEADER for broker in topology.brokers for each in broker.partitions)


def _compiled(home: Path, folder: Path) -> Path:
    """The interceptor as a jar."""
    folder.mkdir(parents=True, exist_ok=True)
    compile_java(SOURCE, os.pathsep.join(map(str, (home / "lib").glob("*.jar"))), folder)
    jar = folder / "tenants.jar"
    with ZipFile(jar, "w") as packed:
        packed.write(folder / f"{SOURCE.stem}.class", f"{SOURCE.stem}.class")
    return jar
