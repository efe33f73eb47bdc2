"""Follows a record source and projects it, batch by batch, until it is cancelled or a record cannot be applied.

At rest a record is applied as it comes. Under load batches grow: reading goes on while one is written, and after a batch that
was not small the next one gathers for a moment. A transaction costs as much for one record as for two hundred, so that records
taken by the hundred need three times the processor of those taken by the thousand.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from history.projector import ProjectionMoved, ProjectionStopped, Projector
from zeebe.errors import BeyondTheLog
from zeebe.record_source import RecordSource
from zeebe.records import Record

log = structlog.get_logger(__name__)

# Larger batches are hardly faster, and hold SQLite's write lock for longer.
BATCH_RECORDS = 5_000
# What may be read ahead while a batch is written.
BUFFERED_RECORDS = 20_000
# How long read models rest after a batch: in proportion to it, so that a single click is seen at once, and never for long.
REST_SECONDS_PER_RECORD = 0.0005
LONGEST_REST = 0.25
# How soon it is looked again whether the log and the read models are of one moment.
AGAIN_SECONDS = 10.0


class _Buffer:
    """Records read and not yet applied; a full one makes the reader wait."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._changed = asyncio.Condition()
        self._ended = False

    async def add(self, records: list[Record]) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._records) < BUFFERED_RECORDS)
            self._records += records
            self._changed.notify_all()

    async def end(self) -> None:
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def take(self, not_before: float) -> list[Record]:
        """The next records, from a moment of the loop's clock on or when they fill a batch; none when the source has ended."""
        async with self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(not_before):
                    await self._changed.wait_for(lambda: len(self._records) >= BATCH_RECORDS or self._ended)
            await self._changed.wait_for(lambda: self._records or self._ended)
            taken, self._records = self._records[:BATCH_RECORDS], self._records[BATCH_RECORDS:]
            self._changed.notify_all()
            return taken


async def run(
    source: RecordSource,
    projector: Projector,
    *,
    on_progress: Callable[[int], None] | None = None,
    on_batch: Callable[[Sequence[Record]], None] | None = None,
) -> None:
    """Project the records of every partition from where the read models are; ends when the source does.

    Where a position is moved meanwhile, by another projector or by bringing the database back, this one continues from there.
    `on_progress` hears the positions' sum, `on_batch`, in a thread, the records that were applied.

    Raises:
        ProjectionStopped: a record cannot be applied; everything before it is.
    """
    while True:
        positions = await asyncio.to_thread(projector.positions)
        log.info("projection_started", positions=positions)
        try:
            await _follow(source, projector, positions, on_progress, on_batch)
        except ProjectionMoved as moved:
            log.warning("projection_moved", partition_id=moved.partition_id, position=moved.stored)
            continue
        except BeyondTheLog as beyond:
            # Both are in one database that was brought back: the position is, too. Else they are not of one moment.
            if await asyncio.to_thread(projector.positions) == positions:
                log.error("read_models_beyond_log", positions=positions, reason=beyond.reason)  # noqa: TRY400 - no fault of ours
                await asyncio.sleep(AGAIN_SECONDS)
            continue
        except ProjectionStopped as stopped:
            log.error(  # noqa: TRY400 - it is a record's fault, a traceback of ours would say nothing
                "projection_stopped_at_record",
                partition_id=stopped.partition_id,
                position=stopped.position,
                value_type=stopped.value_type,
                intent=stopped.intent,
                reason=stopped.reason,
            )
            raise
        return


async def _follow(
    source: RecordSource,
    projector: Projector,
    positions: dict[int, int],
    on_progress: Callable[[int], None] | None,
    on_batch: Callable[[Sequence[Record]], None] | None,
) -> None:
    buffer = _Buffer()
    reader = asyncio.create_task(_read(source, dict(positions), buffer))
    clock = asyncio.get_running_loop().time
    rested_at = clock()
    try:
        while records := await buffer.take(rested_at):
            await _uninterrupted(projector, records, positions)
            positions.update({record.partition_id: record.position for record in records})
            if on_progress is not None:
                on_progress(sum(positions.values()))
            if on_batch is not None:
                await asyncio.to_thread(on_batch, records)
            rested_at = clock() + min(len(records) * REST_SECONDS_PER_RECORD, LONGEST_REST)
        await reader
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


async def _read(source: RecordSource, positions: dict[int, int], buffer: _Buffer) -> None:
    try:
        async for records in source.batches(positions):
            await buffer.add(records)
    finally:
        await buffer.end()


async def _uninterrupted(projector: Projector, records: list[Record], after: dict[int, int]) -> None:
    """Apply a batch in a thread; a cancellation waits for its commit, so that no transaction outlives the loop."""
    work = asyncio.create_task(asyncio.to_thread(projector.apply, records, after=after))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)
        raise
