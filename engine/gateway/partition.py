"""One durable partition: an asyncio pump around the single-writer processor.

Commands that arrive together are processed together and share one commit. While a commit waits for a slow disk, the
next commands are already being processed in memory; nobody hears of their effects before they are durable as well.

If a command breaks the processor (a fault of ours), everything since the last commit is thrown away and done again without it.
If the store is lost, the partition ends: whoever waits is told so, and a supervisor starts it anew from what was kept.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Literal

import structlog

from engine.gateway.clock import Clock, ControlledClock, SystemClock
from engine.gateway.cycle import Cycle, Waiting
from engine.gateway.disk import Disk
from engine.gateway.ports import ClockNotControlled
from engine.gateway.record_stream import RecordStream
from engine.gateway.results import AwaitedResults
from engine.gateway.retention import RecordRetention
from engine.processing.commands import (
    Answer,
    Command,
    CommandRejected,
    CreateProcessInstance,
    ProcessInstanceCreated,
    RejectionType,
)
from engine.processing.ports import Store, StoreFull, StoreLost
from engine.processing.processor import Processor
from engine.state.opening import open_store

log = structlog.get_logger(__name__)

# A commit takes what has arrived, but not more than this: others wait meanwhile.
BATCH_COMMANDS = 256
BATCH_SECONDS = 0.008
# Turns of the event loop that brought no command before a commit begins: answers of clients come in a few turns after ours.
QUIET_TURNS = 8
# So many commands of a commit may be of a single client, whose next one comes after our answer: there is nothing to wait for.
OF_ONE_CLIENT = 2
# Commands waiting beyond this are refused before latency runs away.
QUEUE_LIMIT = 4_096
# Faults in due work, which nobody waits for, before the partition gives up.
POISON_LIMIT = 3
# After a commit that found no room.
PAUSE_SECONDS = 0.2
# Sleeping longer would miss a system clock that was set.
LONGEST_SLEEP_SECONDS = 1.0


class DurablePartition:
    """The engine behind the gateway; see `engine.gateway.ports.Partition`."""

    def __init__(self, store: Store, clock: Clock | None = None, *, keep_records_seconds: float | None = None) -> None:
        self._store = store
        self._retention = RecordRetention(store, None if keep_records_seconds is None else int(keep_records_seconds * 1000))
        self._clock: Clock = clock or SystemClock()
        counters = store.counters()
        if isinstance(self._clock, SystemClock) and counters is not None:
            self._clock.not_before(counters.now)
        self._processor = Processor(store)
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._stream = RecordStream(store)
        self._listeners: list[Callable[[str, Sequence[int]], None]] = []
        self._results = AwaitedResults()
        self._disk = Disk(store)
        self._pump: asyncio.Task[None] | None = None
        self._closing = False
        # A fault met while processing, and the commands processed since the last commit began.
        self._broken: Exception | None = None
        self._processed: list[Waiting] = []
        # Those whose commit is under way.
        self._committing: list[Waiting] = []
        self._poisoned = 0
        # Whether the time for a batch was over before all was processed.
        self._is_behind = False
        # How many commands the last commit answered.
        self._last_commands = 0

    @classmethod
    def open(
        cls,
        data_dir: Path,
        *,
        url: str | None = None,
        clock: Clock | None = None,
        synchronous: Literal["FULL", "NORMAL"] = "FULL",
        keep_records_seconds: float | None = None,
    ) -> "DurablePartition":
        """A partition that keeps everything in one file of a folder, or in the PostgreSQL database of a URL.

        Raises:
            StoreUnusable: it cannot be opened, or another gateway holds it.
        """
        store = open_store(data_dir, url, synchronous=synchronous)
        return cls(store, clock, keep_records_seconds=keep_records_seconds)

    # Life

    async def start(self) -> None:
        """Begin to process; what was left or has become due since the last stop comes first."""
        self._pump = asyncio.create_task(self._run_to_end(), name="partition")

    async def ended(self) -> None:
        """Return when it was stopped.

        Raises:
            Exception: what made it impossible to go on.
        """
        assert self._pump is not None, "it has not been started"
        await asyncio.shield(self._pump)

    async def stop(self) -> None:
        """Finish what is queued, commit it and release the store."""
        self._closing = True
        self._wake.set()
        try:
            if self._pump is not None:
                await self._pump
        finally:
            self._disk.close()
            self._store.close()

    # The Partition protocol

    async def submit(self, command: Command) -> Answer:
        if self._closing:
            raise CommandRejected(RejectionType.UNAVAILABLE, "the gateway is shutting down")
        if len(self._queue) >= QUEUE_LIMIT:
            raise CommandRejected(RejectionType.RESOURCE_EXHAUSTED, "the gateway has more commands than it can process")
        waiting = Waiting(command, asyncio.get_running_loop().create_future())
        result: asyncio.Future[Answer] | None = None
        if isinstance(command, CreateProcessInstance) and command.with_result:
            waiting.request_id, result = self._results.open(command)
        self._queue.append(waiting)
        self._idle.clear()
        self._wake.set()
        if result is None:
            return await waiting.answered
        try:
            await waiting.answered
            return await result
        finally:
            self._results.close(waiting.request_id, self._processor)

    def on_jobs_available(self, listener: Callable[[str, Sequence[int]], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def idle(self) -> None:
        self._wake.set()
        self._idle.clear()
        await self._idle.wait()

    def records(self, after_position: int, *, follow: bool = False) -> AsyncIterator[bytes]:
        return self._stream.read(after_position, follow=follow)

    @property
    def last_position(self) -> int:
        return self._stream.last_position

    @property
    def dropped_through(self) -> int:
        return self._retention.dropped_through

    @property
    def readers(self) -> dict[str, int]:
        return self._retention.readers

    def acknowledge(self, reader: str, position: int) -> None:
        self._retention.acknowledge(reader, position, self.last_position)
        self._wake.set()

    def forget_reader(self, reader: str) -> None:
        self._retention.forget(reader)
        self._wake.set()

    async def add_time(self, milliseconds: int) -> int:
        self._controlled().add(milliseconds)
        await self.idle()
        return self._clock.now()

    async def pin_time(self, epoch_milliseconds: int) -> int:
        self._controlled().pin(epoch_milliseconds)
        await self.idle()
        return self._clock.now()

    async def reset_time(self) -> int:
        self._controlled().reset()
        await self.idle()
        return self._clock.now()

    def _controlled(self) -> ControlledClock:
        if isinstance(self._clock, ControlledClock):
            return self._clock
        raise ClockNotControlled("start the gateway with --clock controlled to move its clock")

    @property
    def flushes_apart(self) -> bool:
        """Whether commands are processed while the disk takes what was committed before them."""
        return self._disk.flushes_apart

    # The pump

    async def _run_to_end(self) -> None:
        """Run; where that cannot go on, nobody is left waiting."""
        try:
            await self._run()
        except BaseException:
            self._closing = True
            gone = CommandRejected(RejectionType.UNAVAILABLE, "the gateway cannot go on; what became of the command is unknown")
            for waiting in (*self._committing, *self._processed, *self._queue):
                if not waiting.answered.done():
                    waiting.answered.set_exception(gone)
            self._results.reject_all(gone)
            self._idle.set()
            await self._stream.close()
            raise

    async def _run(self) -> None:
        committing: asyncio.Task[bool] | None = None
        while True:
            self._processed = []
            await self._work()
            if committing is not None:
                durable = await self._work_during(committing)
                committing = None
                if not durable:
                    # What was processed meanwhile stood on what could not be written.
                    self._start_over()
                    continue
            await self._gather()
            if self._broken is not None:
                self._leave_out()
                continue
            # Not before the last commit has ended: until then its rows lie between the store and what is new.
            cycle = self._seal()
            if cycle is not None:
                self._last_commands = len(cycle.answered)
                committing = asyncio.create_task(self._commit(cycle))
                await asyncio.sleep(0)
                continue
            if self._queue or self._processor.has_work:
                continue
            if self._closing:
                break
            await self._rest()

    async def _work(self) -> None:
        """Process what waits; clients that wait for the jobs it makes ask within this turn and join the same commit."""
        end = perf_counter() + BATCH_SECONDS
        self._process(end)
        if self._offer_jobs():
            await asyncio.sleep(0)
            self._process(end)

    async def _gather(self) -> None:
        """Let the commands that are on their way join this commit: fewer commits for the same work, and each waits less.

        Not while the engine has more to do than one batch: then the commit is large enough, and others wait for it. Nor while
        one client sends a command after the other.
        """
        if self._last_commands <= OF_ONE_CLIENT >= len(self._processed):
            return
        end = perf_counter() + BATCH_SECONDS
        quiet = 0
        while self._processed and not self._is_behind and quiet < QUIET_TURNS and perf_counter() < end:
            await asyncio.sleep(0)
            if self._queue:
                quiet = 0
                await self._work()
            else:
                quiet += 1

    async def _work_during(self, committing: asyncio.Task[bool]) -> bool:
        """Process what comes while the disk works; whether the commit held."""
        committing.add_done_callback(lambda _: self._wake.set())
        while not committing.done():
            self._wake.clear()
            await self._wake.wait()
            await self._work()
        return committing.result()

    async def _rest(self) -> None:
        """Nothing is left to do now: wait for a command, or for the next moment."""
        self._wake.clear()
        due = self._processor.next_due
        seconds = LONGEST_SLEEP_SECONDS
        if due is not None:
            seconds = min(seconds, max(0.0, (due - self._clock.now()) / 1000))
        if due is None or due > self._clock.now():
            self._idle.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _process(self, end: float) -> None:
        """Process a share of what waits, up to a moment of `perf_counter()`."""
        processor, queue, processed = self._processor, self._queue, self._processed
        self._is_behind = False
        while self._broken is None and len(processed) < BATCH_COMMANDS:
            now = self._clock.now()
            worked = self._attempt(processor.work, now)
            if queue and self._broken is None:
                waiting = queue.popleft()
                processed.append(waiting)
                self._attempt(self._answer, waiting, now)
            elif not worked:
                break
            if perf_counter() > end:
                self._is_behind = True
                break

    def _offer_jobs(self) -> bool:
        """Tell who listens that there are jobs now; whether there were any."""
        available = self._processor.engine.state.jobs.became_available
        if not available or self._broken is not None:
            return False
        came = tuple(available.items())
        available.clear()
        for job_type, job_keys in came:
            for listener in list(self._listeners):
                listener(job_type, job_keys)
        return True

    def _seal(self) -> Cycle | None:
        """What was processed since the last commit; None when there was nothing."""
        batch = self._processor.begin_commit()
        self._retention.join(batch)
        if not batch and not self._processed:
            return None
        results = self._processor.engine.results
        cycle = Cycle(batch, self._processed, dict(results))
        results.clear()
        return cycle

    def _attempt[*Given](self, step: Callable[[*Given], bool | None], *given: *Given) -> bool:
        """Take a step of the processor; a fault of ours in it is remembered instead of ending the pump."""
        try:
            return bool(step(*given))
        except StoreLost:
            raise
        except Exception as fault:  # the pump has to go on whatever a command meets
            log.exception("processing_failed", error=type(fault).__name__)
            self._broken = fault
            return False

    def _leave_out(self) -> None:
        """The processor broke: do what it did since the last commit again, without the command that broke it."""
        fault, self._broken = self._broken, None
        culprit = self._processed.pop() if self._processed else None
        if culprit is None:
            self._poisoned += 1
            if self._poisoned > POISON_LIMIT:
                raise RuntimeError("the engine cannot go on: see processing_failed in the log") from fault
        else:
            culprit.reject(RejectionType.PROCESSING_ERROR, f"Expected to process the command, but it failed: {fault}")
        self._again()

    def _again(self) -> None:
        """Forget what was processed since the last commit, and put its commands back at the head of the queue."""
        for waiting in self._processed:
            waiting.answer = waiting.rejected = None
        self._queue.extendleft(reversed(self._processed))
        self._processed = []
        self._processor = Processor(self._store)
        self._results.lay_on(self._processor)

    def _start_over(self) -> None:
        """The disk was full: go on from the last commit, and process again what came since."""
        self._broken = None
        self._again()

    def _answer(self, waiting: Waiting, now: int) -> None:
        try:
            waiting.answer = self._processor.process(waiting.command, now, waiting.request_id)
        except CommandRejected as rejected:
            waiting.rejected = rejected

    async def _commit(self, cycle: Cycle) -> bool:
        """Make a cycle durable, then tell everyone who waits for it; False when there was no room for it."""
        self._committing = cycle.answered
        try:
            if cycle.batch:
                await self._disk.make_durable(cycle.batch)
        except StoreFull as full:
            log.error("commit_failed", reason=str(full))  # noqa: TRY400 - the reason says it all
            for waiting in cycle.answered:
                waiting.reject(RejectionType.RESOURCE_EXHAUSTED, str(full))
            await asyncio.sleep(PAUSE_SECONDS)
            return False
        self._processor.end_commit()
        self._retention.committed(cycle.batch)
        self._tell(cycle)
        await self._stream.advance(cycle.batch.counters.last_position)
        return True

    def _tell(self, cycle: Cycle) -> None:
        for waiting in cycle.answered:
            if waiting.answered.done():
                continue
            if waiting.rejected is not None:
                waiting.answered.set_exception(waiting.rejected)
            elif waiting.answer is not None:
                if waiting.request_id and isinstance(waiting.answer, ProcessInstanceCreated):
                    self._results.created(waiting.request_id, waiting.answer.process_instance_key)
                waiting.answered.set_result(waiting.answer)
        self._results.deliver(cycle.results)
