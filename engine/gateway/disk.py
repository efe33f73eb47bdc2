"""Where a commit waits for the disk: in the event loop while the disk is quick, on a thread of its own while it is slow.

Handing a commit to a thread costs more than a quick disk takes: the thread has to win Python's lock from a busy event loop
several times, which makes 0.3 ms of writing 1.3 ms of waiting. A slow disk would hold up everybody, so its commits go to the
thread; now and then one is tried in the loop again, to see whether it has become quick.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from engine.processing.ports import Batch, Store

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

    @property
    def is_quick(self) -> bool:
        """Whether commits are made in the event loop."""
        return self._mean_seconds < SLOW_SECONDS

    async def make_durable(self, batch: Batch) -> None:
        """Write and commit a batch.

        Raises:
            StoreFull: there was no room; nothing of it was kept.
            StoreLost: whether it was kept is not known.
        """
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

    def close(self) -> None:
        """Let the thread go; the store stays open."""
        self._writer.shutdown()
