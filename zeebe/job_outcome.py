"""Doing one job: run its worker, keep it ours meanwhile, and bring its outcome to the engine.

The outcome is brought however long the engine is busy or away: a job that was done and not completed would be done twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

import structlog

from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.errors import BpmnError, CommandRefused, EngineBusy, NotFound, Unavailable, ZeebeError
from zeebe.job import Job, JobWorker
from zeebe.wire import to_json

log = structlog.get_logger(__name__)

_LONGEST_MESSAGE = 500
# How much of its time-out a job may use before more is asked for.
_EXTEND_AFTER = 0.6


@dataclass(frozen=True, slots=True)
class BackOff:
    """How long a failed job rests before its next try: longer each time."""

    first_ms: int = 1_000
    factor: int = 5
    longest_ms: int = 300_000

    def after(self, failures: int) -> int:
        return min(self.first_ms * int(self.factor ** (max(failures, 1) - 1)), self.longest_ms)


def describe(error: Exception) -> str:
    """Type, text and place of an error, short enough for a record.

    A validation error is told without the values that failed: they may be personal.
    """
    told = _without_values(error) or str(error)
    frames = extract_tb(error.__traceback__)
    place = f" (at {PurePath(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {told}"[: _LONGEST_MESSAGE - len(place)] + place


def _without_values(error: Exception) -> str | None:
    """Pydantic's errors by place and reason only."""
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return None
    try:
        details = errors(include_url=False, include_context=False, include_input=False)
    except TypeError:
        return None
    return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details)


class _Later:
    """Work that begins after a while, unless it is cancelled before. Nearly all of it is: a timer costs less than a task."""

    def __init__(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    def cancel(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._work())


class JobRun:
    """Runs jobs of one worker and delivers what came of them."""

    def __init__(
        self,
        client: ZeebeClient,
        worker: JobWorker,
        *,
        timeout_ms: int,
        back_off: BackOff,
        mask: Callable[[str], str],
        around: Callable[[Job], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._client = client
        self._worker = worker
        self._timeout_ms = timeout_ms
        self._back_off = back_off
        self._mask = mask
        self._around = around
        self._pauses = RetryPolicy()
        # How often a job failed here; forgotten when it is done or left to others.
        self._failures: dict[int, int] = {}

    async def __call__(self, job: Job) -> None:
        """Do a job and deliver its outcome; cancelled, it gives the job back with the retries it had."""
        extending = _Later(self._timeout_ms / 1000 * _EXTEND_AFTER, lambda: self._keep(job))
        try:
            outcome = await self._outcome(job)
            await self._deliver(job, outcome)
        except asyncio.CancelledError:
            await self._give_back(job)
            raise
        finally:
            extending.cancel()

    async def _outcome(self, job: Job) -> Callable[[], Awaitable[None]]:
        """What to tell the engine."""
        try:
            with self._around(job):
                variables = await self._worker(job)
                to_json(variables)
        except BpmnError as error:
            thrown = error
            log.info("job_threw_error", job_key=job.key, job_type=job.type, error_code=thrown.code)
            return lambda: self._client.throw_error(job.key, thrown.code, thrown.message, dict(thrown.variables))
        except Exception as error:  # noqa: BLE001 - whatever a worker raises fails its job, never the loop
            return self._failure(job, error)
        self._failures.pop(job.key, None)
        return lambda: self._client.complete_job(job.key, variables)

    def _failure(self, job: Job, error: Exception) -> Callable[[], Awaitable[None]]:
        message = self._mask(describe(error))
        retries = max(job.retries - 1, 0)
        failures = self._failures.pop(job.key, 0) + 1
        if retries:
            self._failures[job.key] = failures
        log.warning("job_failed", job_key=job.key, job_type=job.type, retries=retries, error=message)
        back_off_ms = self._back_off.after(failures) if retries else 0
        return lambda: self._client.fail_job(job.key, retries=retries, error_message=message, retry_back_off_ms=back_off_ms)

    async def _deliver(self, job: Job, outcome: Callable[[], Awaitable[None]]) -> None:
        tries = 0
        while True:
            try:
                await outcome()
            except (EngineBusy, Unavailable) as error:
                log.warning("job_outcome_delayed", job_key=job.key, job_type=job.type, reason=error.reason)
                await asyncio.sleep(self._pauses.pause(tries))
                tries += 1
            except NotFound:
                # It was cancelled, timed out and done by another, or our first answer did arrive.
                log.warning("job_gone", job_key=job.key, job_type=job.type)
                return
            except ZeebeError as error:
                await self._refused(job, error)
                return
            else:
                return

    async def _refused(self, job: Job, error: ZeebeError) -> None:
        """The engine does not take this outcome: the job fails with the engine's reason, once."""
        log.error("job_outcome_refused", job_key=job.key, job_type=job.type, reason=error.reason)
        try:
            await self._failure(job, error)()
        except ZeebeError as again:
            log.warning("job_left_to_its_timeout", job_key=job.key, job_type=job.type, reason=again.reason)

    async def _keep(self, job: Job) -> None:
        """Ask for more time as long as the job runs here."""
        while True:
            try:
                await self._client.update_job_timeout(job.key, self._timeout_ms)
            except CommandRefused as error:
                log.warning("job_not_extended", job_key=job.key, job_type=job.type, reason=error.reason)
                return
            except ZeebeError as error:
                log.warning("job_not_extended", job_key=job.key, job_type=job.type, reason=error.reason)
            await asyncio.sleep(self._timeout_ms / 1000 * _EXTEND_AFTER)

    async def _give_back(self, job: Job) -> None:
        log.warning("job_given_back", job_key=job.key, job_type=job.type)
        try:
            await self._client.fail_job(
                job.key, retries=job.retries, error_message="The worker stopped before the job was done"
            )
        except ZeebeError as error:
            log.warning("job_left_to_its_timeout", job_key=job.key, job_type=job.type, reason=error.reason)
