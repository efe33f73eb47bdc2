"""Follows a record source and projects it, batch by batch, until it is cancelled or a record cannot be applied.

Reading goes on while a batch is written, so under load batches grow by themselves; at rest a record is applied as it comes.
"""

import asyncio
from collections.abc import Callable

import structlog

from history.projector import ProjectionMoved, ProjectionStopped, Projector
from zeebe.record_source import RecordSource
from zeebe.records import Record

log = structlog.get_logger(__name__)

# Larger batches are hardly faster, and hold SQLite's write lock for longer.
BATCH_RECORDS = 5_000
# What may be read ahead while a batch is written.
BUFFERED_RECORDS = 20_000


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

    async def take(self) -> list[Record]:
        """The next records; none when the source has ended."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._records or self._ended)
            taken, self._records = self._records[:BATCH_RECORDS], self._records[BATCH_RECORDS:]
            self._changed.notify_all()
            return taken


async def run(
    source: RecordSource,
    projector: Projector,
    *,
    partition_id: int = 1,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Project a partition's records from where the read models are; ends when the source does.

    Where another projector moves the position meanwhile, this one continues from there.

    Raises:
        ProjectionStopped: a record cannot be applied; everything before it is.
    """
    while True:
        position = await asyncio.to_thread(projector.position, partition_id)
        log.info("projection_started", partition_id=partition_id, position=position)
        try:
            await _follow(source, projector, position, on_progress)
        except ProjectionMoved as moved:
            log.warning("projection_moved", partition_id=partition_id, position=moved.stored)
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


async def _follow(source: RecordSource, projector: Projector, position: int, on_progress: Callable[[int], None] | None) -> None:
    buffer = _Buffer()
    reader = asyncio.create_task(_read(source, position, buffer))
    try:
        while records := await buffer.take():
            await _uninterrupted(projector, records, position)
            position = records[-1].position
            if on_progress is not None:
                on_progress(position)
        await reader
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


async def _read(source: RecordSource, position: int, buffer: _Buffer) -> None:
    try:
        async for records in source.batches(position):
            await buffer.add(records)
    finally:
        await buffer.end()


async def _uninterrupted(projector: Projector, records: list[Record], after: int) -> None:
    """Apply a batch in a thread; a cancellation waits for its commit, so that no transaction outlives the loop."""
    work = asyncio.create_task(asyncio.to_thread(projector.apply, records, after=after))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.gather(work, return_exceptions=True)
        raise
