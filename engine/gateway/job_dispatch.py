"""Who gets the next job: every client that waits for jobs stands in a queue of its job type; those that stream have their own.

As in Zeebe a stream gets what becomes activatable while it is open, before those who poll do. What waited when it was opened,
and what no open stream can take now, is for who polls.

Who asks for some tenants' jobs only stands in a queue with those who ask for the same, so that nobody stands behind a client
whose tenant has no jobs.

A client stands in the queue once for each batch it can take now and joins the end again for the next, so that clients share the
jobs fairly and one that does not read its stream is not handed more. The engine is asked for the first in the queue; while that
finds jobs, for two at a time, then four, so that a burst is handed out within few commits, and a thousand clients that wait for
nothing cost one question.

A job that was activated for a client that has left meanwhile is given back with the retries it had.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import structlog

from engine.gateway.ports import Partition
from engine.processing.commands import ActivatedJob, ActivateJobs, CommandRejected, FailJob, JobsActivated, RejectionType

log = structlog.get_logger(__name__)

type Jobs = tuple[ActivatedJob, ...]
# A job type, with the tenants asked for where some are.
type _Wanted = str | tuple[str, tuple[str, ...]]

_QUESTIONS_AT_ONCE = 16
# A batch with this many characters of variables may have been cut to fit into an answer.
_LARGE_BATCH = 1_000_000
_GIVEN_BACK = "Failed to forward activated jobs to the client: it has gone"


class _Waiter:
    """One client's wish for one batch of jobs."""

    __slots__ = ("asked", "command", "future", "hurried", "is_full")

    def __init__(self, command: ActivateJobs, future: asyncio.Future[Jobs]) -> None:
        self.command = command
        self.future = future
        # The engine is being asked on its behalf right now.
        self.asked = False
        # Its time is up: the answer that is on its way is the last.
        self.hurried = False
        # It got all it can take: there may be more for others.
        self.is_full = False


class _Queue:
    """The clients that wait for the same: one job type, of everybody or of some tenants."""

    __slots__ = ("pushed", "readers", "server", "streams", "unseen", "waiters")

    def __init__(self) -> None:
        # First come, first served; leaving costs the same from any place.
        self.waiters: OrderedDict[_Waiter, None] = OrderedDict()
        # There may be jobs: some came since the engine was last asked, or it had more than it could give.
        self.unseen = False
        self.streams = 0
        # Streams that can take jobs now, and the jobs that came while some stream was open.
        self.readers: OrderedDict[_Waiter, None] = OrderedDict()
        self.pushed: dict[int, None] = {}
        self.server: asyncio.Task[object] | None = None

    @property
    def has_work(self) -> bool:
        """Whether asking the engine may bring somebody jobs."""
        return bool((self.readers and self.pushed) or (self.waiters and self.unseen))


class JobDispatch:
    """Hands activated jobs to waiting clients."""

    def __init__(self, partition: Partition, *, most_waiting: int = 10_000) -> None:
        self._partition = partition
        self._most_waiting = most_waiting
        self._waiting = 0
        self._queues: dict[_Wanted, _Queue] = {}
        # By job type: what is wanted of some tenants only.
        self._of_tenants: dict[str, set[_Wanted]] = {}
        self._background: set[asyncio.Task[object]] = set()
        self._closed = False
        self._unsubscribe = partition.on_jobs_available(self._jobs_available)

    @property
    def waiting(self) -> int:
        """How many clients wait for jobs."""
        return self._waiting

    @property
    def is_asking(self) -> bool:
        """Whether jobs are being handed out at this moment."""
        return bool(self._background)

    async def jobs_now(self, command: ActivateJobs) -> Jobs:
        """The jobs there are, without waiting for more.

        Raises:
            CommandRejected: the engine refused.
        """
        waiter = _Waiter(command, asyncio.get_running_loop().create_future())
        self._in_background(self._ask(waiter))
        waiter.hurried = True
        return await self._wait(waiter, None)

    @contextmanager
    def stream(self, command: ActivateJobs) -> Iterator[None]:
        """Remember what comes for a stream while it is busy with the jobs it has."""
        wanted, queue = self._queue(command)
        queue.streams += 1
        try:
            yield
        finally:
            queue.streams -= 1
            if not queue.streams and queue.pushed:
                # Nobody is left to push them to; clients that poll were not asked while one was.
                queue.pushed.clear()
                queue.unseen = True
                self._wake(wanted, queue)
            self._forget_if_empty(wanted, queue)

    def _queue(self, command: ActivateJobs) -> tuple[_Wanted, _Queue]:
        wanted = _wanted(command)
        queue = self._queues.get(wanted)
        if queue is None:
            queue = self._queues[wanted] = _Queue()
            if not isinstance(wanted, str):
                self._of_tenants.setdefault(command.type, set()).add(wanted)
        return wanted, queue

    async def jobs(self, command: ActivateJobs, seconds: float | None) -> Jobs:
        """The next jobs for a client, or none when its time is up; `None` waits for ever.

        Raises:
            CommandRejected: the engine refused, or there are too many clients waiting, or the gateway is stopping.
        """
        if self._closed:
            raise CommandRejected(RejectionType.UNAVAILABLE, "The gateway is stopping")
        if self._waiting >= self._most_waiting:
            raise CommandRejected(RejectionType.RESOURCE_EXHAUSTED, f"{self._waiting} clients wait for jobs already")
        waiter = _Waiter(command, asyncio.get_running_loop().create_future())
        wanted, queue = self._queue(command)
        if command.is_pushed:
            queue.readers[waiter] = None
        else:
            queue.waiters[waiter] = None
            queue.unseen = True
        self._wake(wanted, queue)
        return await self._wait(waiter, seconds)

    async def _wait(self, waiter: _Waiter, seconds: float | None) -> Jobs:
        self._waiting += 1
        try:
            if seconds is None:
                return await waiter.future
            await asyncio.wait([waiter.future], timeout=seconds)
            if waiter.asked:
                waiter.hurried = True
                await asyncio.wait([waiter.future])
        except asyncio.CancelledError:
            # The client is gone: what it got already is given back, what is on its way will be.
            waiter.future.cancel()
            if not waiter.future.cancelled() and not waiter.future.exception():
                self.give_back(waiter.future.result())
            raise
        finally:
            self._waiting -= 1
            self._leave(waiter)
        return waiter.future.result() if waiter.future.done() else ()

    def _leave(self, waiter: _Waiter) -> None:
        wanted = _wanted(waiter.command)
        queue = self._queues.get(wanted)
        if queue is not None:
            queue.waiters.pop(waiter, None)
            queue.readers.pop(waiter, None)
            self._forget_if_empty(wanted, queue)

    def _forget_if_empty(self, wanted: _Wanted, queue: _Queue) -> None:
        if queue.waiters or queue.readers or queue.streams or queue.server is not None or self._queues.get(wanted) is not queue:
            return
        del self._queues[wanted]
        if not isinstance(wanted, str):
            others = self._of_tenants[wanted[0]]
            others.discard(wanted)
            if not others:
                del self._of_tenants[wanted[0]]

    def give_back(self, jobs: Sequence[ActivatedJob]) -> None:
        """Make jobs activatable again that could not be handed to their client."""
        if jobs:
            self._in_background(self._fail_unsent(jobs))

    async def _fail_unsent(self, jobs: Sequence[ActivatedJob]) -> None:
        for job in jobs:
            try:
                await self._partition.submit(FailJob(job.key, job.retries, _GIVEN_BACK))
            except CommandRejected as rejected:
                # Its time-out brings it back, or it is gone with its instance.
                log.warning("job_not_given_back", job_key=job.key, reason=rejected.reason)

    def _jobs_available(self, job_type: str, job_keys: Sequence[int]) -> None:
        for wanted in (job_type, *self._of_tenants.get(job_type, ())):
            queue = self._queues.get(wanted)
            if queue is None:
                continue
            if queue.streams:
                queue.pushed.update(dict.fromkeys(job_keys))
            if not queue.readers:
                queue.unseen = True
            self._wake(wanted, queue)

    def _wake(self, wanted: _Wanted, queue: _Queue) -> None:
        if queue.server is None and not self._closed and queue.has_work:
            queue.server = self._in_background(self._serve(wanted, queue))

    async def _serve(self, wanted: _Wanted, queue: _Queue) -> None:
        """Ask for the first in the queue, then the next, until the engine has no more."""
        width = 1
        try:
            while queue.has_work and not self._closed:
                if queue.readers and queue.pushed:
                    hungry = await self._push(queue, width)
                else:
                    hungry = await self._serve_polling(queue, width)
                width = 1 if hungry else min(width * 2, _QUESTIONS_AT_ONCE)
        finally:
            queue.server = None
            self._forget_if_empty(wanted, queue)

    async def _push(self, queue: _Queue, width: int) -> bool:
        """Share what came among the streams that can take it; whether one got nothing."""
        asked: list[_Waiter] = []
        while queue.readers and queue.pushed and len(asked) < width:
            reader = queue.readers.popitem(last=False)[0]
            keys = tuple(islice(queue.pushed, reader.command.max_jobs_to_activate))
            for key in keys:
                del queue.pushed[key]
            reader.command = replace(reader.command, job_keys=keys)
            asked.append(reader)
        # There is more than they can take: whoever polls may have it.
        queue.unseen = queue.unseen or bool(queue.pushed and not queue.readers)
        return self._stand_again(queue.readers, asked, await self._ask_all(asked))

    async def _serve_polling(self, queue: _Queue, width: int) -> bool:
        """Ask for the first of those who poll; whether one got nothing."""
        queue.unseen = False
        asked = [queue.waiters.popitem(last=False)[0] for _ in range(min(width, len(queue.waiters)))]
        is_hungry = self._stand_again(queue.waiters, asked, await self._ask_all(asked))
        # Whoever got less than it wished for took the last.
        queue.unseen = queue.unseen or all(waiter.is_full for waiter in asked)
        return is_hungry

    @staticmethod
    def _stand_again(line: OrderedDict[_Waiter, None], asked: list[_Waiter], served: list[bool]) -> bool:
        """Put those who got nothing where they stood; whether there are any."""
        hungry = [waiter for waiter, done in zip(asked, served, strict=True) if not done]
        for waiter in reversed(hungry):
            line[waiter] = None
            line.move_to_end(waiter, last=False)
        return bool(hungry)

    async def _ask_all(self, asked: list[_Waiter]) -> list[bool]:
        """Ask the engine for some at once; who is done."""
        if len(asked) == 1:
            return [await self._ask(asked[0])]
        return await asyncio.gather(*(self._ask(waiter) for waiter in asked))

    async def _ask(self, waiter: _Waiter) -> bool:
        """Ask the engine for a waiter; False when it has to wait on."""
        waiter.asked = True
        try:
            answer = await self._partition.submit(waiter.command)
        except CommandRejected as rejected:
            if not waiter.future.done():
                waiter.future.set_exception(rejected)
            waiter.is_full = True
            self._push_again(waiter.command)
            return True
        except BaseException:
            waiter.future.cancel()
            raise
        finally:
            waiter.asked = False
        assert isinstance(answer, JobsActivated)
        self._no_more_to_push(waiter.command, answer.jobs)
        waiter.is_full = len(answer.jobs) >= waiter.command.max_jobs_to_activate or _is_large(answer.jobs)
        if waiter.future.done():
            self.give_back(answer.jobs)
        elif answer.jobs or waiter.hurried:
            waiter.future.set_result(answer.jobs)
        return waiter.future.done()

    def _push_again(self, refused: ActivateJobs) -> None:
        """What was refused to one stream is for the next."""
        queue = self._queues.get(_wanted(refused))
        if queue is not None and queue.streams:
            queue.pushed.update(dict.fromkeys(refused.job_keys))

    def _no_more_to_push(self, command: ActivateJobs, jobs: Jobs) -> None:
        """Who polled got them: streams that were busy meanwhile need not ask for them."""
        queue = self._queues.get(_wanted(command))
        if queue is not None and queue.pushed and not command.is_pushed:
            for job in jobs:
                queue.pushed.pop(job.key, None)

    def _in_background(self, work: Coroutine[object, object, object]) -> asyncio.Task[object]:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def settled(self) -> None:
        """Return when nothing is being handed out or given back."""
        while self._background:
            await asyncio.wait(self._background)

    async def close(self) -> None:
        """Let every waiting client go with nothing, and finish what is being handed out or given back."""
        self._closed = True
        self._unsubscribe()
        # A client the engine is being asked for stands in no queue until the answer is there.
        await self.settled()
        for queue in self._queues.values():
            for waiter in (*queue.waiters, *queue.readers):
                if not waiter.future.done():
                    waiter.future.set_result(())
            queue.waiters.clear()
            queue.readers.clear()
        await self.settled()


def _wanted(command: ActivateJobs) -> _Wanted:
    return (command.type, command.tenant_ids) if command.tenant_ids else command.type


def _is_large(jobs: Jobs) -> bool:
    """Whether the engine may have cut a batch for its size."""
    return sum(len(job.variables) for job in jobs) > _LARGE_BATCH
