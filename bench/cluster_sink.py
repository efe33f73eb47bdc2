"""Instances through a real Zeebe broker while the sink is killed: read models beside the broker's own counts.

    python -m bench.cluster_sink --instances 50000 --kills 5

Starts a broker of two partitions, `penstock sink` and the projection as processes, kills the sink with SIGKILL at random
moments of the run, and compares what the read models hold with what the broker counted. Ends with 1 where a figure differs.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, func, select

from bootstrap.cluster import zeebe_cache
from history.database import open_engine
from history.tables import element_instance, heat_map, process_instance, projection
from migrations import upgrade
from settings import HOME, Settings
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.exporter_sink import SqlRecordLog
from zeebe.local_broker import BrokerOptions, Export, RunningBroker, fetched_distribution, find_java, free_ports
from zeebe.local_broker.distribution import DEFAULT_VERSION

PARTITIONS = 2
IN_FLIGHT = 32
DRAIN_SECONDS = 3_600
ELEMENTS = ("start", "price", "large", "end_large", "end_small")
MODEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://penstock/bench">
  <bpmn:process id="order" isExecutable="true">
    <bpmn:startEvent id="start"/><bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="price"/>
    <bpmn:scriptTask id="price"><bpmn:extensionElements><zeebe:script expression="=amount * 2" resultVariable="price"/>
      </bpmn:extensionElements></bpmn:scriptTask><bpmn:sequenceFlow id="f2" sourceRef="price" targetRef="large"/>
    <bpmn:exclusiveGateway id="large" default="f4"/>
    <bpmn:sequenceFlow id="f3" sourceRef="large" targetRef="end_large">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=price &gt; 1000</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f4" sourceRef="large" targetRef="end_small"/>
    <bpmn:endEvent id="end_large"/><bpmn:endEvent id="end_small"/>
  </bpmn:process>
</bpmn:definitions>"""


class Sink:
    """`penstock sink` as a process that can be killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self.kills = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return _process("sink", environment=self._environment, log=self._log)

    async def kill_and_start_again(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        await asyncio.sleep(random.uniform(0, 3))
        self.process = self._start()


def _process(*command: str, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *command], cwd=HOME, env=environment, stdout=output, stderr=output
        )


@contextmanager
def processes(folder: Path, sink_port: int) -> Iterator[tuple[Sink, Engine]]:
    environment = {
        **os.environ,
        "PENSTOCK_DATA_DIR": str(folder),
        "PENSTOCK_SINK_PORT": str(sink_port),
        "PENSTOCK_ZEEBE_ADDRESS": "127.0.0.1:1",
        "PENSTOCK_LOG_FORMAT": "json",
    }
    engine = open_engine(f"sqlite:///{folder / 'penstock.db'}")
    upgrade(engine)
    sink = Sink(environment, folder / "sink.log")
    projection_process = _process("background", "projection", environment=environment, log=folder / "projection.log")
    try:
        yield sink, engine
    finally:
        for process in (sink.process, projection_process):
            process.terminate()
            process.wait()
        engine.dispose()


async def load(client: ZeebeClient, instances: int, progress: list[int]) -> None:
    numbers = iter(range(instances))

    async def create() -> None:
        for number in numbers:
            await client.create_process_instance("order", {"amount": number % 1000})
            progress.append(number)

    await asyncio.gather(*(create() for _ in range(IN_FLIGHT)))


async def kill_now_and_then(sink: Sink, progress: list[int], instances: int, kills: int) -> None:
    """At random counts of created instances, one in each equal part of the run."""
    for number in range(kills):
        part = instances / kills
        moment = part * number + random.uniform(0.1, 0.9) * part
        while len(progress) < moment:  # noqa: ASYNC110 -- a list has no event
            await asyncio.sleep(0.05)
        await sink.kill_and_start_again()
        print(f"  sink killed at {len(progress)} instances", flush=True)


def broker_counts(management_url: str) -> dict[str, int]:
    """What the broker counted itself: its metrics."""
    text = httpx.get(f"{management_url}/actuator/prometheus", timeout=60, trust_env=False).text
    counts: dict[str, int] = {}
    for labels, value in re.findall(r"^zeebe_element_instance_events_total\{(.*)\} ([\d.E+]+)$", text, re.MULTILINE):
        named = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        name = f"{named['type']} {named['action']}"
        counts[name] = counts.get(name, 0) + int(float(value))
    return counts


def model_counts(engine: Engine) -> dict[str, int]:
    """The same of the read models, by their rows."""
    counts: dict[str, int] = {}
    with engine.connect() as connection:
        for state, count in connection.execute(select(process_instance.c.state, func.count()).group_by("state")):
            counts[f"PROCESS {state.lower()}"] = count
        columns = element_instance.c
        statement = select(columns.element_type, columns.state, func.count()).group_by(columns.element_type, columns.state)
        for kind, state, count in connection.execute(statement):
            counts[f"{kind} {state.lower()}"] = count
    return counts


def heat_counts(engine: Engine) -> dict[str, int]:
    """And of the heat map, which only adds: a record applied twice would show."""
    columns = heat_map.c
    with engine.connect() as connection:
        statement = select(columns.element_type, func.sum(columns.completed)).group_by(columns.element_type)
        return {f"{kind} completed": int(count) for kind, count in connection.execute(statement)}


async def drained(management_url: str, engine: Engine, instances: int) -> None:
    """Wait until the broker has exported and the projection applied everything."""
    async with asyncio.timeout(DRAIN_SECONDS), httpx.AsyncClient(timeout=60, trust_env=False) as http:
        while True:
            partitions = (await http.get(f"{management_url}/actuator/partitions")).json()
            log = {each.partition_id: each.position for each in SqlRecordLog(engine).partitions()}
            with engine.connect() as connection:
                projected = {row.partition_id: row.position for row in connection.execute(select(projection))}
                done = connection.execute(select(func.count()).where(process_instance.c.state == "COMPLETED")).scalar_one()
            exported = all(log.get(int(each), -1) >= state["exportedPosition"] for each, state in partitions.items())
            if exported and log == projected and done >= instances:
                return
            await asyncio.sleep(1)


async def measure(instances: int, kills: int, version: str) -> dict[str, Any]:
    home, java = fetched_distribution(version, zeebe_cache(Settings()), tell=print), find_java()
    with tempfile.TemporaryDirectory(prefix="penstock-cluster-") as name:
        folder, ports, sink_port = Path(name), free_ports(), free_ports().grpc
        options = BrokerOptions(folder / "zeebe", ports, Export(f"http://127.0.0.1:{sink_port}"), partitions=PARTITIONS)
        broker = RunningBroker(home, java, options)
        with processes(folder, sink_port) as (sink, engine):
            try:
                broker.start(tell=print)
                return await _run(broker, sink, engine, instances, kills)
            finally:
                broker.stop()


async def _run(broker: RunningBroker, sink: Sink, engine: Engine, instances: int, kills: int) -> dict[str, Any]:
    ports = broker.options.ports
    progress: list[int] = []
    async with ZeebeClient(ports.grpc_address, ports.rest_url, request_seconds=120) as client:
        await client.deploy_resources([Resource("order.bpmn", MODEL)])
        started = time.monotonic()
        killer = asyncio.create_task(kill_now_and_then(sink, progress, instances, kills))
        await load(client, instances, progress)
        seconds = time.monotonic() - started
        await killer
        await drained(ports.management_url, engine, instances)
        drained_seconds = time.monotonic() - started
    log = SqlRecordLog(engine)
    return {
        "instances": instances,
        "sink_kills": sink.kills,
        "instances_per_second": round(instances / seconds, 1),
        "seconds": round(seconds, 1),
        "seconds_until_projected": round(drained_seconds, 1),
        "records": sum(each.records for each in log.partitions()),
        "gaps": len(log.gaps()),
        "broker": broker_counts(ports.management_url),
        "read_models": model_counts(engine),
        "heat_map": heat_counts(engine),
    }


def differences(result: dict[str, Any]) -> list[str]:
    """Where the figures are not equal."""
    wrong = [f"{result['gaps']} gaps"] if result["gaps"] else []
    broker = {name: count for name, count in result["broker"].items() if name.endswith(" completed")}
    if broker.get("PROCESS completed") != result["instances"]:
        wrong.append(f"the broker completed {broker.get('PROCESS completed')} of {result['instances']} instances")
    for what in ("read_models", "heat_map"):
        found = {name: count for name, count in result[what].items() if name.endswith(" completed")}
        wrong += [
            f"{name}: broker {broker.get(name)}, {what} {found.get(name)}"
            for name in sorted(broker | found)
            if broker.get(name) != found.get(name)
        ]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--version", default=DEFAULT_VERSION)
    given = parser.parse_args()
    result = asyncio.run(measure(given.instances, given.kills, given.version))
    print(json.dumps(result, indent=2))
    wrong = differences(result)
    print("\n".join(wrong) or "Every figure of the read models is the broker's own; no gap, nothing twice.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
