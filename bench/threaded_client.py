"""The client of `five_nodes` as most programs are written: gRPC's blocking calls, a thread for each instance in flight.

It creates an instance, waits until its second job is completed, and creates the next; two threads read the streams of jobs, and
a pool completes them.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any

import grpc
from pyzeebe.proto import gateway_pb2 as pb
from pyzeebe.proto.gateway_pb2_grpc import GatewayStub

WORKER = "bench"
WAIT_SECONDS = 60
# A stream gets the jobs that are made while it is open, and nothing tells when every gateway has opened it.
OPENING_SECONDS = 0.3


class ThreadedLoad:
    """Keeps a number of instances in flight; `request` creates one."""

    def __init__(self, channel: grpc.Channel, request: pb.CreateProcessInstanceRequest, in_flight: int) -> None:
        self._stub: Any = GatewayStub(channel)
        self._request = request
        self._in_flight = in_flight
        self._lock = threading.Lock()
        self._ends: dict[int, threading.Event] = {}
        self._early: set[int] = set()

    def run(self, seconds: float) -> list[float]:
        """The seconds that each instance took which was begun within a time."""
        took: list[float] = []
        with self._reading(), ThreadPoolExecutor(self._in_flight) as creators:
            end = perf_counter() + seconds
            for each in [creators.submit(self._create_until, end, took) for _ in range(self._in_flight)]:
                each.result()
        return took

    @contextmanager
    def _reading(self) -> Iterator[None]:
        requests = [pb.StreamActivatedJobsRequest(type=each, worker=WORKER, timeout=60_000) for each in ("first", "second")]
        calls = [self._stub.StreamActivatedJobs(request) for request in requests]
        with ThreadPoolExecutor(self._in_flight) as pool, ThreadPoolExecutor(len(calls)) as readers:
            for call in calls:
                readers.submit(self._read, call, pool)
            sleep(OPENING_SECONDS)
            try:
                yield
            finally:
                for call in calls:
                    call.cancel()

    def _read(self, call: Any, pool: ThreadPoolExecutor) -> None:  # noqa: ANN401 - gRPC's calls have no type
        try:
            for job in call:
                pool.submit(self._complete, job)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.CANCELLED:
                raise

    def _complete(self, job: pb.ActivatedJob) -> None:
        self._stub.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, variables='{"score": 712}'))
        if job.type == "second":
            with self._lock:
                waiting = self._ends.pop(job.processInstanceKey, None)
                if waiting is None:
                    self._early.add(job.processInstanceKey)
            if waiting is not None:
                waiting.set()

    def _create_until(self, end: float, took: list[float]) -> None:
        while (started := perf_counter()) < end:
            key = self._stub.CreateProcessInstance(self._request).processInstanceKey
            with self._lock:
                waiting = None if key in self._early else threading.Event()
                if waiting is None:
                    self._early.discard(key)
                else:
                    self._ends[key] = waiting
            if waiting is not None and not waiting.wait(WAIT_SECONDS):
                raise TimeoutError(f"instance {key} did not end within {WAIT_SECONDS} s")
            took.append(perf_counter() - started)
