"""Where the jobs of one type come from: a stream that the engine pushes into, with polling as the safety net.

A place is taken before a job is asked for, so that none is fetched which could not start at once. The engine pushes only what
becomes activatable while the stream is open; what was waiting before, and what a broken stream missed, is polled: at the start,
after each break and every few seconds. Where streams are not offered, polling waits at the engine instead.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from time import monotonic

import structlog

from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.errors import Unsupported, ZeebeError
from zeebe.job import Job
from zeebe.job_slots import JobSlots

log = structlog.get_logger(__name__)

_LONG_POLL_MS = 10_000
_DO_NOT_WAIT = -1
# A stream that held this long was no failed attempt.
_STEADY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOptions:
    """How jobs of a type are worked on."""

    max_running: int = 32
    # Another worker may get a job after this time; a running job asks for more by itself.
    timeout_ms: int = 60_000
    # Empty: all.
    fetch_variables: tuple[str, ...] = ()
    streams: bool = True
    poll_every_seconds: float = 10.0


class JobSource:
    """Fetches jobs of one type and starts each."""

    def __init__(
        self, client: ZeebeClient, job_type: str, worker_name: str, options: WorkOptions, start: Callable[[Job], None]
    ) -> None:
        """`start` begins a job; its place is given back through `slots` when the job is over."""
        self.slots = JobSlots(options.max_running)
        self._client = client
        self._job_type = job_type
        self._worker_name = worker_name
        self._options = options
        self._start = start
        self._pauses = RetryPolicy(longest_pause=5.0)
        self._is_streaming = False
        self._poll_soon = asyncio.Event()
        self._looked_behind = False

    async def fetch(self) -> None:
        """Fetch jobs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll())
            if self._options.streams:
                tasks.create_task(self._stream())

    async def _stream(self) -> None:
        tries = 0
        while True:
            opened = monotonic()
            try:
                await self._read_stream()
            except Unsupported:
                log.info("job_streams_not_offered", job_type=self._job_type)
                return
            except ZeebeError as error:
                log.warning("job_stream_broken", job_type=self._job_type, reason=error.reason)
            finally:
                self._is_streaming = False
                self._poll_soon.set()
            tries = 0 if monotonic() - opened > _STEADY_SECONDS else tries + 1
            await asyncio.sleep(self._pauses.pause(tries))

    async def _read_stream(self) -> None:
        options = self._options
        stream = self._client.stream_activated_jobs(
            self._job_type,
            worker=self._worker_name,
            timeout_ms=options.timeout_ms,
            fetch_variables=options.fetch_variables,
        )
        async with aclosing(stream) as jobs:
            self._is_streaming = True
            while True:
                await self.slots.take()
                job = None
                try:
                    job = await anext(jobs, None)
                finally:
                    if job is None:
                        self.slots.give()
                if job is None:
                    return
                self._start(job)

    async def _poll(self) -> None:
        tries = 0
        while True:
            try:
                await self._poll_until_empty()
                tries = 0
            except ZeebeError as error:
                log.warning("jobs_not_polled", job_type=self._job_type, reason=error.reason)
                await asyncio.sleep(self._pauses.pause(tries))
                tries += 1
                continue
            if self._options.streams:
                await self._rest()

    async def _rest(self) -> None:
        """Wait for the next look behind the stream's back; the first comes soon, when the stream has surely opened."""
        seconds = self._options.poll_every_seconds if self._looked_behind else min(1.0, self._options.poll_every_seconds)
        self._looked_behind = self._is_streaming
        self._poll_soon.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._poll_soon.wait(), seconds)

    async def _poll_until_empty(self) -> None:
        """Fetch what there is; without a stream, wait for it at the engine."""
        options = self._options
        while True:
            await self.slots.take()
            places = 1 + self.slots.take_up_to(options.max_running - 1)
            jobs: list[Job] = []
            try:
                jobs = await self._client.activate_jobs(
                    self._job_type,
                    worker=self._worker_name,
                    timeout_ms=options.timeout_ms,
                    max_jobs=places,
                    fetch_variables=options.fetch_variables,
                    request_timeout_ms=_DO_NOT_WAIT if self._is_streaming else _LONG_POLL_MS,
                )
            finally:
                self.slots.give(places - len(jobs))
            for job in jobs:
                self._start(job)
            if len(jobs) < places:
                return
