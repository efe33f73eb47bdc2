"""The record log as a record source: what the projection follows when the engine is a cluster."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from zeebe.exporter_sink.log import RecordLog
from zeebe.records import Record

# The sink is another process: its log is looked at, sooner while records come.
SHORTEST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


class LoggedRecordSource:
    """Follows every partition of a record log; one that appears later, too."""

    def __init__(self, log: RecordLog) -> None:
        self._log = log

    async def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """Records after a position of each partition as they are stored, for ever."""
        positions = dict(after)
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            records = await asyncio.to_thread(self._log.read, positions)
            if records:
                pause = SHORTEST_PAUSE_SECONDS
                for record in records:
                    positions[record.partition_id] = record.position
                yield records
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def once(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        """The records there are now, without waiting for more."""
        positions = dict(after)
        while records := await asyncio.to_thread(self._log.read, positions):
            for record in records:
                positions[record.partition_id] = record.position
            yield records

    async def last_positions(self) -> dict[int, int]:
        """The position of the newest stored record of each partition."""
        return {each.partition_id: each.position for each in await asyncio.to_thread(self._log.partitions)}

    async def dropped_through(self) -> int:
        """The position up to which records are no longer kept, of the partition where it is greatest; 0 when all are."""
        return await asyncio.to_thread(self._log.dropped_through)
