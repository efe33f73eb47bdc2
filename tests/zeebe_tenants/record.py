"""Have the talk with a real Zeebe 8.5.8 and keep its answers: `python -m tests.zeebe_tenants.record`.

A broker with multi-tenancy and an interceptor (Zeebe's documented extension) that takes the authorized tenants from a header.
"""

import asyncio
import gzip
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import grpc
import uvicorn
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.differential.launcher import LIBRARIES
from tests.house import free_ports as ports_at_hand
from tests.zeebe_broker import VERSION
from tests.zeebe_tenants.dialogue import named_in_records, talk
from zeebe.local_broker import BrokerOptions, Export, RunningBroker, fetched_distribution, find_java, free_ports

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
SOURCE = HERE / "TenantsFromHeader.java"
# Batches of jobs are left out: Zeebe records those without a job too.
NOT_EXPORTED_BY_ITSELF = ("ESCALATION", "PROCESSEVENT")
# Until the last records are exported.
PAUSE_SECONDS = 4


def compiled(home: Path, java: Path, folder: Path) -> Path:
    """The interceptor as a jar."""
    compiler = next(Path(os.environ.get("PENSTOCK_ZEEBE_LIB", LIBRARIES)).glob("ecj-*.jar"))
    path = os.pathsep.join(map(str, (home / "lib").glob("*.jar")))
    command = [java / "bin" / "java", "-jar", compiler, "--release", "21", "-nowarn", "-cp", path, "-d", folder, SOURCE]
    subprocess.run(command, check=True)
    jar = folder / "tenants.jar"
    with ZipFile(jar, "w") as packed:
        packed.write(folder / f"{SOURCE.stem}.class", f"{SOURCE.stem}.class")
    return jar


def sink(records: list[dict[str, Any]]) -> Starlette:
    """What the Elasticsearch exporter takes for its server."""

    async def bulk(request: Request) -> JSONResponse:
        body = await request.body()
        lines = (gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body).splitlines()
        records.extend(line for line in map(json.loads, lines) if "valueType" in line)
        return JSONResponse({"errors": False, "items": []}, headers={"X-Elastic-Product": "Elasticsearch"})

    return Starlette(routes=[Route("/_bulk", bulk, methods=["POST"])])


async def has_leader(stub: Any) -> bool:
    """Whether the gateway knows by now who leads the partition."""
    topology = await stub.Topology(pb.TopologyRequest())
    return any(each.role == pb.Partition.LEADER for broker in topology.brokers for each in broker.partitions)


async def record() -> None:
    home, java = fetched_distribution(VERSION, Path.home() / ".cache" / "penstock"), find_java()
    records: list[dict[str, Any]] = []
    (port,) = ports_at_hand(1)
    server = uvicorn.Server(uvicorn.Config(sink(records), host="127.0.0.1", port=port, log_level="error"))
    with tempfile.TemporaryDirectory() as folder:
        interceptor = "ZEEBE_BROKER_GATEWAY_INTERCEPTORS_0_"
        os.environ |= {
            "ZEEBE_BROKER_GATEWAY_MULTITENANCY_ENABLED": "true",
            f"{interceptor}ID": "tenants",
            f"{interceptor}CLASSNAME": SOURCE.stem,
            f"{interceptor}JARPATH": str(compiled(home, java, Path(folder))),
            **{f"ZEEBE_BROKER_EXPORTERS_PENSTOCK_ARGS_INDEX_{name}": "true" for name in NOT_EXPORTED_BY_ITSELF},
        }
        options = BrokerOptions(Path(folder) / "broker", free_ports(), Export(f"http://127.0.0.1:{port}"))
        serving = asyncio.create_task(server.serve())
        broker = RunningBroker(home, java, options)
        try:
            await broker.start_beside(tell=print)
            async with grpc.aio.insecure_channel(f"127.0.0.1:{options.ports.grpc}") as channel:
                stub = GatewayStub(channel)
                while not await has_leader(stub):  # noqa: ASYNC110 - only the broker knows
                    await asyncio.sleep(0.5)
                answers = await talk(stub)
            await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await asyncio.to_thread(broker.stop)
        server.should_exit = True
        await serving
    found = {"answers": answers, "records": named_in_records(records)}
    RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
