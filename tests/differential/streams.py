"""`StreamActivatedJobs` played on a real broker and on the embedded gateway: what its clients get, and what is recorded.

The real engine in memory pushes nothing, so these few scenarios (`stream_cases`) are played on a whole broker. What is told of
one is what each client got, and the JOB records of each process instance in their order.

`python -m tests.differential.stream_places` plays them on a broker and writes `streams.json`, which the tests hold both to.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import grpc
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

from tests.bpmn_builder import process

RECORDED = Path(__file__).parent / "streams.json"
SECONDS = 30
# How often something that has no event of its own is looked at.
_LOOK = 0.05
_LAST = {"COMPLETED", "CANCELED", "ERROR_THROWN"}


class Place(Protocol):
    """An engine beside its gRPC address: its streams, its clock and its records."""

    grpc_address: str

    async def streams(self, job_type: str) -> int:
        """How many streams of a type are open and known to the engine."""
        ...

    async def advance(self, milliseconds: int) -> None:
        """Move the engine's clock."""
        ...

    async def records(self) -> list[dict[str, Any]]:
        """All records there are by now."""
        ...


@dataclass
class Stream:
    """One client's stream: what came and was not looked at yet."""

    name: str
    call: Any
    came: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    reader: asyncio.Task[None] | None = None

    async def read(self) -> None:
        with suppress(asyncio.CancelledError, grpc.aio.AioRpcError):
            async for job in self.call:
                self.came.put_nowait(job)


class Stage:
    """Where one case is played; its process and job type bear the case's name."""

    def __init__(self, name: str, place: Place, stub: GatewayStub) -> None:
        self.name = name
        self.stub = stub
        self.told: list[str] = []
        self._place = place
        self._streams: list[Stream] = []
        # Clients that poll and wait meanwhile: what they get is told at the end.
        self._polls: list[Stream] = []
        # Process instances in the order in which they were created.
        self._instances: list[int] = []

    async def deploy(self) -> None:
        drawn = process(self.name).start().service_task("work", type=self.name, retries="3", headers={"speed": "high"}).end()
        resource = pb.Resource(name=f"{self.name}.bpmn", content=drawn.xml())
        async with asyncio.timeout(SECONDS):
            while True:
                try:
                    await self.stub.DeployResource(pb.DeployResourceRequest(resources=[resource]), timeout=SECONDS)
                except grpc.aio.AioRpcError as error:
                    # A broker that has just begun does not know its partitions yet.
                    if error.code() != grpc.StatusCode.UNAVAILABLE:
                        raise
                    await asyncio.sleep(_LOOK)
                else:
                    return

    async def create(self, **variables: Any) -> int:
        """The number of the instance."""
        request = pb.CreateProcessInstanceRequest(bpmnProcessId=self.name, version=-1, variables=json.dumps(variables))
        answer = await self.stub.CreateProcessInstance(request, timeout=SECONDS)
        self._instances.append(answer.processInstanceKey)
        return len(self._instances)

    async def open(self, name: str, **wishes: Any) -> Stream:
        """Open a stream and wait until the engine knows of it."""
        request = pb.StreamActivatedJobsRequest(type=self.name, worker=name, **({"timeout": 60_000} | wishes))
        stream = Stream(name, self.stub.StreamActivatedJobs(request))
        stream.reader = asyncio.create_task(stream.read())
        self._streams.append(stream)
        await self._until_streams_are_known()
        return stream

    async def close(self, stream: Stream) -> None:
        """Close a stream whose jobs were handed over wholly: else nobody knows whether one has come, and it is given back."""
        await self._until_streams_are_known()
        await self._end(stream)
        await self._until_streams_are_known()

    async def _end(self, stream: Stream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)
        stream.call.cancel()
        if stream.reader is not None:
            await stream.reader

    async def _until_streams_are_known(self) -> None:
        async with asyncio.timeout(SECONDS):
            while await self._place.streams(self.name) != len(self._streams):  # noqa: ASYNC110 - another process works
                await asyncio.sleep(_LOOK)

    async def advance(self, milliseconds: int) -> None:
        await self._place.advance(milliseconds)

    async def next_of(self, *streams: Stream, tell_who: bool = True) -> Any:
        """The next job that any of some streams is handed."""
        waiting = {asyncio.create_task(stream.came.get()): stream for stream in streams}
        done, others = await asyncio.wait(waiting, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for other in others:
            other.cancel()
        assert len(done) == 1, f"{len(done)} of the streams got a job"
        got = done.pop()
        self._tell(waiting[got].name if tell_who else "one of them", got.result(), hides_worker=not tell_who)
        return got.result()

    async def poll(self, name: str, count: int = 10, **wishes: Any) -> list[Any]:
        request = pb.ActivateJobsRequest(
            type=self.name, worker=name, maxJobsToActivate=count, **({"timeout": 60_000, "requestTimeout": -1} | wishes)
        )
        jobs = [job async for answer in self.stub.ActivateJobs(request, timeout=SECONDS) for job in answer.jobs]
        jobs.sort(key=lambda job: self._instances.index(job.processInstanceKey))
        for job in jobs:
            self._tell(name, job)
        if not jobs:
            self.told.append(f"{name} got nothing")
        return jobs

    def poll_in_background(self, name: str) -> None:
        """Wait for jobs beside the streams until the case is over."""
        request = pb.ActivateJobsRequest(
            type=self.name, worker=name, maxJobsToActivate=1, timeout=60_000, requestTimeout=SECONDS * 1000
        )
        self._polls.append(Stream(name, self.stub.ActivateJobs(request, timeout=SECONDS)))
        self._polls[-1].reader = asyncio.create_task(self._polls[-1].read())

    async def poll_until_there(self, name: str) -> Any:
        """Ask again until there is a job: what makes it activatable may take a moment."""
        request = pb.ActivateJobsRequest(
            type=self.name, worker=name, maxJobsToActivate=1, timeout=60_000, requestTimeout=20_000
        )
        jobs = [job async for answer in self.stub.ActivateJobs(request, timeout=SECONDS) for job in answer.jobs]
        self._tell(name, jobs[0])
        return jobs[0]

    def _tell(self, name: str, job: Any, *, hides_worker: bool = False) -> None:
        variables, headers = (
            json.dumps(json.loads(text or "{}"), sort_keys=True) for text in (job.variables, job.customHeaders)
        )
        worker = "" if hides_worker else f", worker {job.worker}"
        self.told.append(
            f"{name} got {job.elementId} of instance {self._instances.index(job.processInstanceKey) + 1}: "
            f"{job.retries} retries, {variables}, headers {headers}{worker}, tenant {job.tenantId}, {job.bpmnProcessId} "
            f"v{job.processDefinitionVersion}"
        )

    async def complete(self, job: Any) -> None:
        await self.stub.CompleteJob(pb.CompleteJobRequest(jobKey=job.key), timeout=SECONDS)

    async def fail(self, job: Any, retries: int, back_off: int = 0) -> None:
        request = pb.FailJobRequest(jobKey=job.key, retries=retries, retryBackOff=back_off, errorMessage="no luck")
        await self.stub.FailJob(request, timeout=SECONDS)

    async def resolve(self, job: Any) -> None:
        """Give a job a retry and resolve the incident it waits at."""
        await self.stub.UpdateJobRetries(pb.UpdateJobRetriesRequest(jobKey=job.key, retries=1), timeout=SECONDS)
        async with asyncio.timeout(SECONDS):
            while (incident := _incident_of(job.key, await self._place.records())) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(_LOOK)
        await self.stub.ResolveIncident(pb.ResolveIncidentRequest(incidentKey=incident), timeout=SECONDS)

    async def refusal(self, **wishes: Any) -> None:
        """Open a stream that is refused."""
        call = self.stub.StreamActivatedJobs(pb.StreamActivatedJobsRequest(**wishes))
        try:
            await asyncio.wait_for(anext(aiter(call)), SECONDS)
        except grpc.aio.AioRpcError as error:
            self.told.append(f"{sorted(wishes)} refused: {error.code().name} {error.details()}")

    async def leave(self) -> None:
        """Close what is open."""
        for stream in [*self._polls, *self._streams]:
            await self._end(stream)
            self.told += [f"{stream.name} was handed one more"] * stream.came.qsize()
        await self._until_streams_are_known()

    async def outcome(self) -> list[str]:
        """Wait until the records of all jobs are there, and tell those of each instance."""
        async with asyncio.timeout(SECONDS):
            while True:
                stories = _stories(await self._place.records())
                if all(stories[key] and stories[key][-1].split()[1] in _LAST for key in self._instances):
                    break
                await asyncio.sleep(_LOOK)
        for number, key in enumerate(self._instances, 1):
            self.told += [f"instance {number}: {line}" for line in stories[key]]
        return self.told


def _incident_of(job_key: int, records: list[dict[str, Any]]) -> int | None:
    found = (record["key"] for record in records if record["valueType"] == "INCIDENT" and record["value"]["jobKey"] == job_key)
    return next(found, None)


def _stories(records: list[dict[str, Any]]) -> dict[int, list[str]]:
    """What happened to the jobs of each process instance, line by line."""
    told: dict[int, list[str]] = defaultdict(list)
    for record in records:
        value = record["value"]
        if record["recordType"] != "EVENT":
            continue
        if record["valueType"] == "JOB":
            told[value["processInstanceKey"]].append(_job(record))
        if record["valueType"] == "JOB_BATCH":
            for job in value["jobs"]:
                told[job["processInstanceKey"]].append(_handed_out(record, job))
    return told


def _job(record: dict[str, Any]) -> str:
    value = record["value"]
    fields = {name: value[name] for name in ("retries", "errorMessage", "retryBackoff", "variables", "customHeaders")}
    return f"JOB {record['intent']} {json.dumps(fields, sort_keys=True)}"


def _handed_out(record: dict[str, Any], job: dict[str, Any]) -> str:
    value = record["value"]
    left = round((job["deadline"] - record["timestamp"]) / 5_000) * 5
    # How many are left to ask a partition for depends on which one was asked first.
    how = "pushed" if value["maxJobsToActivate"] == -1 else "polled"
    return (
        f"JOB_BATCH {record['intent']} of {value['type']}: {how} for {value['timeout']} ms, "
        f"truncated {value['truncated']}; deadline in {left} s, {json.dumps(job['variables'], sort_keys=True)}"
    )


type Case = Callable[[Stage], Any]


async def play(cases: dict[str, Case], place: Place) -> dict[str, list[str]]:
    """Play cases one after the other, and tell what came of each."""
    stages: dict[str, Stage] = {}
    async with grpc.aio.insecure_channel(place.grpc_address) as channel:
        for name, case in cases.items():
            stages[name] = stage = Stage(name, place, GatewayStub(channel))
            await stage.deploy()
            await case(stage)
            await stage.leave()
        return {name: await stage.outcome() for name, stage in stages.items()}


def recorded() -> dict[str, list[str]]:
    """What a real broker did, by case."""
    kept: dict[str, list[str]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return kept
