"""A partition that keeps jobs in a list: the port's smallest honest adapter, for tests of the servers alone."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence

from engine.gateway.ports import ClockNotControlled
from engine.processing.commands import (
    ActivatedJob,
    ActivateJobs,
    Answer,
    Command,
    CommandRejected,
    CompleteJob,
    Done,
    FailJob,
    JobsActivated,
    RejectionType,
)


def a_job(key: int, job_type: str = "work", *, worker: str = "", variables: str = "{}") -> ActivatedJob:
    return ActivatedJob(
        key=key,
        type=job_type,
        process_instance_key=1,
        bpmn_process_id="p",
        process_definition_version=1,
        process_definition_key=2,
        element_id="t",
        element_instance_key=3,
        custom_headers={},
        worker=worker,
        retries=3,
        deadline=0,
        variables=variables,
    )


class JobsInMemory:
    """Activates, completes and fails jobs; each command takes one turn of the event loop, or `latency` seconds."""

    def __init__(self, latency: float = 0) -> None:
        self.latency = latency
        # So many completions are refused for back-pressure first.
        self.refusals = 0
        self._came = asyncio.Event()
        self.commands: list[Command] = []
        self.last_position = -1
        self.dropped_through = 0
        self.readers: dict[str, int] = {}
        self._waiting: dict[str, list[ActivatedJob]] = defaultdict(list)
        self._active: dict[int, ActivatedJob] = {}
        self._listeners: list[Callable[[str, Sequence[int]], None]] = []

    def add(self, *jobs: ActivatedJob) -> None:
        for job in jobs:
            self._waiting[job.type].append(job)
            for listener in self._listeners:
                listener(job.type, [job.key])

    def activatable(self, job_type: str = "work") -> list[int]:
        return [job.key for job in self._waiting[job_type]]

    async def seen(self, count: int, kind: type[Command]) -> list[Command]:
        """The first commands of a kind, once there are so many."""
        async with asyncio.timeout(10):
            while len(found := [command for command in self.commands if isinstance(command, kind)]) < count:
                self._came.clear()
                await self._came.wait()
        return found

    async def submit(self, command: Command) -> Answer:
        await asyncio.sleep(self.latency)
        if self.refusals and isinstance(command, CompleteJob):
            self.refusals -= 1
            raise CommandRejected(RejectionType.RESOURCE_EXHAUSTED, "busy")
        self.commands.append(command)
        self._came.set()
        match command:
            case ActivateJobs():
                waiting = self._waiting[command.type]
                wanted = [job for job in waiting if not command.is_pushed or job.key in command.job_keys]
                taken = wanted[: command.max_jobs_to_activate]
                waiting[:] = [job for job in waiting if job not in taken]
                self._active.update((job.key, job) for job in taken)
                return JobsActivated(tuple(taken))
            case CompleteJob() if command.job_key in self._active:
                del self._active[command.job_key]
            case FailJob() if command.job_key in self._active:
                self.add(self._active.pop(command.job_key))
            case CompleteJob():
                reason = f"Expected to complete job with key '{command.job_key}', but no such job was found"
                raise CommandRejected(RejectionType.NOT_FOUND, reason)
            case _:
                raise CommandRejected(RejectionType.INVALID_STATE, "jobs only")
        return Done()

    def on_jobs_available(self, listener: Callable[[str, Sequence[int]], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def idle(self) -> None:
        return

    async def records(self, after_position: int, *, follow: bool = False) -> AsyncIterator[bytes]:
        if after_position < 0:
            yield b'{"position":0}\n'
        if follow:
            await asyncio.sleep(3600)

    def acknowledge(self, reader: str, position: int) -> None:
        self.readers[reader] = position

    def forget_reader(self, reader: str) -> None:
        self.readers.pop(reader, None)

    async def add_time(self, milliseconds: int) -> int:
        raise ClockNotControlled

    async def pin_time(self, epoch_milliseconds: int) -> int:
        raise ClockNotControlled

    async def reset_time(self) -> int:
        raise ClockNotControlled
