"""How fast is the embedded gateway beside one that only hands jobs around?

The process has five nodes (start, service task, exclusive gateway, service task, end) and two jobs. One generic gRPC client,
which knows nothing of Penstock, creates instances, takes their jobs (from a stream, or with --polling by ActivateJobs, as most
workers do) and completes them, with a fixed number in flight.
Both gateways are driven by it in the same run, turn by turn; every command the embedded gateway acknowledges is on the disk.

    python -m bench.five_nodes [--seconds 4] [--rounds 2] [--polling | --threads] [--loop asyncio] [--zeebe HOST:PORT]
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import grpc
import uvloop
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from bench.threaded_client import ThreadedLoad

ROOT = Path(__file__).parents[1]
WORKER = "bench"
# What client and echo cost decides what is measured: asyncio's own loop is what pyzeebe's users run.
LOOPS = {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
POLLED_AT_ONCE = 32  # what pyzeebe asks for when nothing is said
PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="five_nodes_definitions" targetNamespace="http://penstock/bench">
  <bpmn:process id="five_nodes" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="first"/>
    <bpmn:serviceTask id="first">
      <bpmn:extensionElements><zeebe:taskDefinition type="first" retries="3"/></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f2" sourceRef="first" targetRef="enough"/>
    <bpmn:exclusiveGateway id="enough" default="f4">
      <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing><bpmn:outgoing>f4</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="f3" sourceRef="enough" targetRef="second">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount &gt; 10</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="f4" sourceRef="enough" targetRef="end"/>
    <bpmn:serviceTask id="second">
      <bpmn:extensionElements><zeebe:taskDefinition type="second" retries="3"/></bpmn:extensionElements>
      <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f5</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f5" sourceRef="second" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f4</bpmn:incoming><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


def creation() -> pb.CreateProcessInstanceRequest:
    """The request for one instance."""
    variables = json.dumps({"amount": 25, "customer": "A-17", "note": "a ticket's worth of text " * 4})
    return pb.CreateProcessInstanceRequest(bpmnProcessId="five_nodes", version=-1, variables=variables)


class Load:
    """Keeps a number of instances in flight and notes how long each took from creation to its last completion."""

    def __init__(self, channel: grpc.aio.Channel, *, polling: bool = False) -> None:
        self._stub: Any = GatewayStub(channel)
        self._take_jobs = self._polled if polling else self._streamed
        self._ends: dict[int, asyncio.Future[None]] = {}
        self._early: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        deadline = perf_counter() + 60
        while True:
            try:
                await self._stub.Topology(pb.TopologyRequest(), timeout=2)
                break
            except grpc.aio.AioRpcError:
                if perf_counter() > deadline:
                    raise
                await asyncio.sleep(0.1)
        resource = pb.Resource(name="five_nodes.bpmn", content=PROCESS)
        await self._stub.DeployResource(pb.DeployResourceRequest(resources=[resource]))

    async def run(self, in_flight: int, seconds: float) -> list[float]:
        readers = [asyncio.ensure_future(self._read(job_type)) for job_type in ("first", "second")]
        took: list[float] = []
        end = perf_counter() + seconds
        await asyncio.gather(*(self._create_until(end, took) for _ in range(in_flight)))
        for reader in readers:
            reader.cancel()
        await asyncio.wait(readers)
        return took

    async def _create_until(self, end: float, took: list[float]) -> None:
        request = creation()
        while (started := perf_counter()) < end:
            key = (await _until_taken(lambda: self._stub.CreateProcessInstance(request))).processInstanceKey
            if key not in self._early:
                self._ends[key] = asyncio.get_running_loop().create_future()
                await self._ends[key]
            self._early.discard(key)
            took.append(perf_counter() - started)

    async def _streamed(self, job_type: str) -> AsyncIterator[pb.ActivatedJob]:
        request = pb.StreamActivatedJobsRequest(type=job_type, worker=WORKER, timeout=60_000)
        async for job in self._stub.StreamActivatedJobs(request):
            yield job

    async def _polled(self, job_type: str) -> AsyncIterator[pb.ActivatedJob]:
        request = pb.ActivateJobsRequest(
            type=job_type, worker=WORKER, timeout=60_000, maxJobsToActivate=POLLED_AT_ONCE, requestTimeout=10_000
        )
        while True:
            async for response in self._stub.ActivateJobs(request):
                for job in response.jobs:
                    yield job

    async def _read(self, job_type: str) -> None:
        async for job in self._take_jobs(job_type):
            task = asyncio.ensure_future(self._complete(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _complete(self, job: pb.ActivatedJob) -> None:
        request = pb.CompleteJobRequest(jobKey=job.key, variables='{"score": 712}')
        await _until_taken(lambda: self._stub.CompleteJob(request))
        if job.type == "second":
            waiting = self._ends.pop(job.processInstanceKey, None)
            if waiting is None:
                self._early.add(job.processInstanceKey)
            else:
                waiting.set_result(None)


async def _until_taken(send: Any) -> Any:  # noqa: ANN401
    """Repeat a call that is refused for back-pressure."""
    pause = 0.005
    while True:
        try:
            return await send()
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.RESOURCE_EXHAUSTED:
                raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)


def measure_threads(address: str, in_flight: int, seconds: float) -> tuple[float, list[float]]:
    """The same, by a client of blocking calls."""

    async def prepare() -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            await Load(channel).prepare()

    asyncio.run(prepare())
    with grpc.insecure_channel(address) as channel:
        load = ThreadedLoad(channel, creation(), in_flight)
        load.run(min(1.0, seconds))
        took = load.run(seconds)
        return len(took) / seconds, took


async def measure(address: str, in_flight: int, seconds: float, *, polling: bool = False) -> tuple[float, list[float]]:
    """Instances a second, and the seconds each took."""
    async with grpc.aio.insecure_channel(address) as channel:
        load = Load(channel, polling=polling)
        await load.prepare()
        await load.run(in_flight, min(1.0, seconds))
        started = perf_counter()
        took = await load.run(in_flight, seconds)
        return len(took) / (perf_counter() - started), took


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def gateways(data: str, loop: str, zeebe: str | None) -> Iterator[tuple[str, str, list[str]]]:
    """Name, address and command of each gateway."""
    port = free_port()
    yield "echo", f"127.0.0.1:{port}", [sys.executable, "bench/echo_gateway.py", str(port), loop]
    port = free_port()
    ports = ["--grpc-port", str(port), "--rest-port", "0", "--management-port", "0"]
    yield "penstock", f"127.0.0.1:{port}", [sys.executable, "-m", "cli", "gateway", "--data", data, *ports]
    if zeebe:
        yield "zeebe", zeebe, []


def report(in_flight: int, results: dict[str, tuple[list[float], list[float]]]) -> None:
    echo_rate, echo_p50, echo_p99 = _summary(*results["echo"])
    for name, found in results.items():
        rate, p50, p99 = _summary(*found)
        print(
            f"{in_flight:3} in flight  {name:9} {rate:7.1f} instances/s ({rate / echo_rate:.2f} of echo)  "
            f"p50 {p50 * 1000:7.2f} ms ({p50 / echo_p50:.2f})  p99 {p99 * 1000:7.2f} ms ({p99 / echo_p99:.2f})"
        )


def _summary(rates: list[float], took: list[float]) -> tuple[float, float, float]:
    return median(rates), median(took), quantiles(took, n=100)[98]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--in-flight", type=int, nargs="+", default=[16, 1])
    options.add_argument("--threads", action="store_true", help="a client of blocking calls and threads")
    options.add_argument("--polling", action="store_true", help="take the jobs by ActivateJobs instead of a stream")
    options.add_argument(
        "--loop", choices=("uvloop", "asyncio"), default="uvloop", help="the event loop of the client and of the echo gateway"
    )
    options.add_argument("--zeebe", metavar="HOST:PORT", help="also drive a Zeebe gateway that runs already")
    given = options.parse_args()
    # One loop for all: gRPC's own thread still wakes the loop that a channel was opened in after it is closed.
    with (
        asyncio.Runner(loop_factory=LOOPS[given.loop]) as runner,
        tempfile.TemporaryDirectory(dir=ROOT, prefix=".bench-") as data,
    ):
        for in_flight in given.in_flight:
            results: dict[str, tuple[list[float], list[float]]] = {}
            for turn in range(given.rounds):
                for name, address, command in gateways(f"{data}/{in_flight}-{turn}", given.loop, given.zeebe):
                    with running(command) if command else nullcontext():
                        if given.threads:
                            rate, took = measure_threads(address, in_flight, given.seconds)
                        else:
                            rate, took = runner.run(measure(address, in_flight, given.seconds, polling=given.polling))
                    rates, all_took = results.setdefault(name, ([], []))
                    rates.append(rate)
                    all_took.extend(took)
            report(in_flight, results)


if __name__ == "__main__":
    main()
