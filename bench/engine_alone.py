"""How many instances a second the engine completes alone: five nodes, two jobs, durable, no gRPC.

python bench/engine_alone.py [--instances 3000] [--in-flight 64] [--sync FULL]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from engine.gateway.partition import DurablePartition
from engine.processing import commands as c

FIVE_NODES = b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="five" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:serviceTask id="first">
      <bpmn:extensionElements><zeebe:taskDefinition type="first"/></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:exclusiveGateway id="choice" default="to_end"/>
    <bpmn:serviceTask id="second">
      <bpmn:extensionElements><zeebe:taskDefinition type="second"/></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="first"/>
    <bpmn:sequenceFlow id="f2" sourceRef="first" targetRef="choice"/>
    <bpmn:sequenceFlow id="f3" sourceRef="choice" targetRef="second">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=amount &gt; 10</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="to_end" sourceRef="choice" targetRef="end"/>
    <bpmn:sequenceFlow id="f4" sourceRef="second" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>
"""


async def worker(partition: DurablePartition, job_type: str, count: int) -> None:
    """Complete a number of jobs of a type."""
    available = asyncio.Event()
    stop = partition.on_jobs_available(lambda kind, _keys: available.set() if kind == job_type else None)
    done = 0
    while done < count:
        available.clear()
        answer = await partition.submit(c.ActivateJobs(job_type, "bench", 60_000, 64))
        assert isinstance(answer, c.JobsActivated)
        if not answer.jobs:
            await available.wait()
            continue
        await asyncio.gather(*(partition.submit(c.CompleteJob(job.key, {"result": 1})) for job in answer.jobs))
        done += len(answer.jobs)
    stop()


async def run(instances: int, in_flight: int, sync: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        partition = DurablePartition.open(Path(folder), synchronous="NORMAL" if sync == "NORMAL" else "FULL")
        await partition.start()
        await partition.submit(c.DeployResource((c.Resource("five.bpmn", FIVE_NODES),)))
        free = asyncio.Semaphore(in_flight)
        latencies: list[float] = []

        async def one() -> None:
            async with free:
                begun = time.perf_counter()
                await partition.submit(
                    c.CreateProcessInstance("five", variables={"amount": 11, "name": "bench"}, with_result=True)
                )
                latencies.append(time.perf_counter() - begun)

        started = time.perf_counter()
        jobs = (worker(partition, job_type, instances) for job_type in ("first", "second"))
        await asyncio.gather(*jobs, *(one() for _ in range(instances)))
        seconds = time.perf_counter() - started
        quantiles = statistics.quantiles(latencies, n=100)
        print(
            f"{instances / seconds:,.0f} instances/s (sync {sync}, {in_flight} in flight), "
            f"p50 {quantiles[49] * 1000:.1f} ms, p99 {quantiles[98] * 1000:.1f} ms"
        )
        await partition.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=3_000)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--sync", choices=["FULL", "NORMAL"], default="FULL")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.instances, arguments.in_flight, arguments.sync))


if __name__ == "__main__":
    main()
