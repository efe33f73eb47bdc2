"""The fastest gateway there can be in Python: it hands jobs around and does nothing else.

Same gRPC library, stubs and messages as the embedded gateway, but no engine, no JSON and no disk. What it reaches is what the
client, gRPC and the machine allow; the embedded gateway is measured against it.

    python bench/echo_gateway.py PORT [uvloop|asyncio]
"""

import asyncio
import sys
from collections import defaultdict
from itertools import count
from typing import Any

import grpc
import uvloop
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server

# Each instance of any process is one job of each of these, one after the other.
JOB_TYPES = ("first", "second")


class EchoGateway(GatewayServicer):
    """Creates a job for an instance, and the next when it is completed."""

    def __init__(self) -> None:
        self._keys = count(1)
        self._jobs: dict[str, asyncio.Queue[pb.ActivatedJob]] = defaultdict(asyncio.Queue)
        self._active: dict[int, pb.ActivatedJob] = {}

    def _create(self, stage: int, process_instance_key: int, variables: str) -> None:
        job = pb.ActivatedJob(
            key=next(self._keys),
            type=JOB_TYPES[stage],
            processInstanceKey=process_instance_key,
            retries=3,
            customHeaders="{}",
            variables=variables,
        )
        self._jobs[job.type].put_nowait(job)

    async def Topology(self, request: pb.TopologyRequest, context: Any) -> pb.TopologyResponse:  # noqa: ARG002, ANN401, N802
        return pb.TopologyResponse(clusterSize=1, partitionsCount=1)

    async def DeployResource(self, request: pb.DeployResourceRequest, context: Any) -> pb.DeployResourceResponse:  # noqa: ARG002, ANN401, N802
        return pb.DeployResourceResponse(key=next(self._keys))

    async def CreateProcessInstance(  # noqa: N802
        self,
        request: pb.CreateProcessInstanceRequest,
        context: Any,  # noqa: ARG002, ANN401
    ) -> pb.CreateProcessInstanceResponse:
        key = next(self._keys)
        self._create(0, key, request.variables)
        return pb.CreateProcessInstanceResponse(processInstanceKey=key)

    async def CompleteJob(self, request: pb.CompleteJobRequest, context: Any) -> pb.CompleteJobResponse:  # noqa: ARG002, ANN401, N802
        job = self._active.pop(request.jobKey)
        if job.type == JOB_TYPES[0]:
            self._create(1, job.processInstanceKey, job.variables)
        return pb.CompleteJobResponse()

    async def StreamActivatedJobs(  # type: ignore[override]  # noqa: N802 - writes to the context
        self,
        request: pb.StreamActivatedJobsRequest,
        context: Any,  # noqa: ANN401
    ) -> None:
        jobs = self._jobs[request.type]
        while True:
            job = await jobs.get()
            self._active[job.key] = job
            await context.write(job)

    async def ActivateJobs(  # type: ignore[override]  # noqa: N802 - writes to the context
        self,
        request: pb.ActivateJobsRequest,
        context: Any,  # noqa: ANN401
    ) -> None:
        jobs = self._jobs[request.type]
        try:
            found = [await asyncio.wait_for(jobs.get(), request.requestTimeout / 1000)]
        except TimeoutError:
            return
        while len(found) < request.maxJobsToActivate and not jobs.empty():
            found.append(jobs.get_nowait())
        self._active.update((job.key, job) for job in found)
        await context.write(pb.ActivateJobsResponse(jobs=found))


async def main(port: int) -> None:
    server = grpc.aio.server()
    add_GatewayServicer_to_server(EchoGateway(), server)  # type: ignore[abstract]  # only what is needed
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    (asyncio.run if "asyncio" in sys.argv[2:] else uvloop.run)(main(int(sys.argv[1])))
