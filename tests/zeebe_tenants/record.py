"""Have the talk with a real Zeebe 8.5.8 and keep its answers: `python -m tests.zeebe_tenants.record`.

`broker.py` says what kind of broker it is.
"""

import asyncio
import gzip
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.house import free_ports as ports_at_hand
from tests.zeebe_tenants.broker import broker_with_tenants, talk_with
from tests.zeebe_tenants.dialogue import named_in_records
from zeebe.local_broker import Export

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
# Batches of jobs are left out: Zeebe records those without a job too.
NOT_EXPORTED_BY_ITSELF = ("ESCALATION", "PROCESSEVENT")
# Until the last records are exported.
PAUSE_SECONDS = 4


def sink(records: list[dict[str, Any]]) -> Starlette:
    """What the Elasticsearch exporter takes for its server."""

    async def bulk(request: Request) -> JSONResponse:
        body = await request.body()
        lines = (gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body).splitlines()
        records.extend(line for line in map(json.loads, lines) if "valueType" in line)
        return JSONResponse({"errors": False, "items": []}, headers={"X-Elastic-Product": "Elasticsearch"})

    return Starlette(routes=[Route("/_bulk", bulk, methods=["POST"])])


async def record() -> None:
    records: list[dict[str, Any]] = []
    (port,) = ports_at_hand(1)
    server = uvicorn.Server(uvicorn.Config(sink(records), host="127.0.0.1", port=port, log_level="error"))
    # The broker is started with this process's variables.
    os.environ |= {f"ZEEBE_BROKER_EXPORTERS_PENSTOCK_ARGS_INDEX_{name}": "true" for name in NOT_EXPORTED_BY_ITSELF}
    with (
        tempfile.TemporaryDirectory() as folder,
        broker_with_tenants(Path(folder), Export(f"http://127.0.0.1:{port}")) as broker,
    ):
        serving = asyncio.create_task(server.serve())
        await broker.start_beside(tell=print)
        answers = await talk_with(broker)
        await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.to_thread(broker.stop)
        server.should_exit = True
        await serving
    found = {"answers": answers, "records": named_in_records(records)}
    RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(record())
