"""Where a commit waits for the disk.

Waiting in the event loop keeps the next commands from being processed, and a thread has to win Python's lock back from a busy
event loop several times, which makes 0.3 ms of writing 1.3 ms of waiting. So where the kernel can be asked to tell when it is
done, a commit only writes, and its flush runs beside the processing of what comes next (`engine.state.flush`).

Elsewhere a commit waits in the event loop while the disk is quick. Where it is slow, in flushing or in writing, it would hold
up everybody, so its commits go to a thread; now and then one is tried in the loop again, to see whether it has become quick.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import structlog

from engine.processing.ports import Batch, Store, StoreLost
from engine.state.flush import FileFlush

log = structlog.get_logger(__name__)

# The mean of the last commits beyond which a disk counts as slow.
SLOW_SECONDS = 0.002
# How much a new commit weighs in that mean: one stall of a tenth of a second is enough to leave the loop.
WEIGHT = 0.1
# Commits on the thread before the next is tried in the loop; if that one is quick, the disk counts as quick until it is not.
TRY_AGAIN_AFTER = 128


class Disk:
    """Makes batches durable, one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._mean_seconds = 0.0
        self._on_thread = 0
        self._flush: FileFlush | None = None
        self._is_open = False

    @property
    def is_quick(self) -> bool:
        """Whether commits are made in the event loop."""
        return self._mean_seconds < SLOW_SECONDS

    @property
    def flushes_apart(self) -> bool:
        """Whether the disk is waited for beside the event loop."""
        return self._flush is not None

    async def make_durable(self, batch: Batch) -> None:
        """Write and commit a batch.

        Raises:
            StoreFull: there was no room; nothing of it was kept.
            StoreLost: whether it was kept is not known.
        """
        if not self._is_open:
            await self._open()
        self._store.write(batch)
        is_trial = self._on_thread >= TRY_AGAIN_AFTER
        if self.is_quick or is_trial:
            self._on_thread = 0
            started = perf_counter()
            self._store.commit(batch)
            took = perf_counter() - started
            self._mean_seconds = took if is_trial else self._mean_seconds + WEIGHT * (took - self._mean_seconds)
        else:
            self._on_thread += 1
            await asyncio.get_running_loop().run_in_executor(self._writer, self._store.commit, batch)
        if self._flush is not None:
            await self._flush.flush()

    async def _open(self) -> None:
        """Leave the flushes to the kernel, where it proves by a first one that it takes them."""
        self._is_open = True
        journal = self._store.journal
        if journal is None:
            return
        flush: FileFlush | None = None
        try:
            flush = FileFlush(journal)
            await flush.flush()
        except (OSError, StoreLost) as error:
            log.info("flush_in_commit", reason=str(error))
            if flush is not None:
                flush.close()
            return
        self._store.leave_flush()
        self._flush = flush

    def close(self) -> None:
        """Let the thread go; the store stays open."""
        self._writer.shutdown()
        if self._flush is not None:
            self._flush.close()
