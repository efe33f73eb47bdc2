"""The job-worker loop: fetches jobs, runs their workers, brings their outcomes, and stops without losing any.

    loop = JobWorkerLoop(client, [CheckCredit(bureau), …])
    running = asyncio.create_task(loop.run())
    …
    await loop.stop()

At most `max_running` jobs of a type run at once. When it is told to stop it fetches no more, lets running jobs finish for a
while and gives back, with the retries they had, those that did not.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import structlog

from zeebe.client import ZeebeClient
from zeebe.job import Job, JobWorker
from zeebe.job_outcome import BackOff, JobRun
from zeebe.job_source import JobSource, WorkOptions

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 30.0


class DuplicateJobType(Exception):
    """Two workers serve one job type."""

    def __init__(self, job_type: str) -> None:
        super().__init__(f"two workers serve the job type {job_type!r}: only one of them would get its jobs")
        self.job_type = job_type


def _unmasked(text: str) -> str:
    return text


class JobWorkerLoop:
    """Runs the job workers of one process."""

    def __init__(
        self,
        client: ZeebeClient,
        workers: Sequence[JobWorker],
        *,
        name: str | None = None,
        options: WorkOptions | None = None,
        options_by_type: Mapping[str, WorkOptions] | None = None,
        back_off: BackOff | None = None,
        mask: Callable[[str], str] = _unmasked,
        around: Callable[[Job], AbstractContextManager[object]] = nullcontext,
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        """`mask` cleans the messages of unexpected exceptions before they reach the engine.

        `around` stands around each job, and hears what its worker raised: logs, figures and traces hang there.
        """
        self._running: set[asyncio.Task[None]] = set()
        self._drain_seconds = drain_seconds
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        worker_name = name or f"{socket.gethostname()}-{os.getpid()}"
        self._sources: dict[str, JobSource] = {}
        for worker in workers:
            if worker.job_type in self._sources:
                raise DuplicateJobType(worker.job_type)
            chosen = (options_by_type or {}).get(worker.job_type) or options or WorkOptions()
            run = JobRun(client, worker, timeout_ms=chosen.timeout_ms, back_off=back_off or BackOff(), mask=mask, around=around)
            start = self._starter(worker.job_type, run)
            self._sources[worker.job_type] = JobSource(client, worker.job_type, worker_name, chosen, start)

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    def _starter(self, job_type: str, run: JobRun) -> Callable[[Job], None]:
        def start(job: Job) -> None:
            task = asyncio.get_running_loop().create_task(run(job))
            self._running.add(task)
            task.add_done_callback(over)

        def over(task: asyncio.Task[None]) -> None:
            self._running.discard(task)
            self._sources[job_type].slots.give()

        return start

    async def stop(self) -> None:
        """Fetch no more, and return when every job at hand is finished or given back."""
        self._stopping.set()
        await self._stopped.wait()

    async def run(self) -> None:
        """Work until `stop` is called; an error of the loop itself is raised."""
        fetching = [asyncio.ensure_future(source.fetch()) for source in self._sources.values()]
        stopping = asyncio.ensure_future(self._stopping.wait())
        log.info("workers_started", job_types=sorted(self._sources))
        try:
            await asyncio.wait([stopping, *fetching], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel([stopping, *fetching])
            await self._drain()
            self._stopped.set()
        for source in fetching:
            if not source.cancelled():
                source.result()

    async def _drain(self) -> None:
        """Let running jobs end; those that take too long are given back."""
        if not self._running:
            return
        log.info("workers_draining", running=len(self._running))
        _, late = await asyncio.wait(self._running, timeout=self._drain_seconds)
        await _cancel(late)


async def _cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
