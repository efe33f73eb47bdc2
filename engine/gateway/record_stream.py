"""The record log as its readers see it: what is there, and what comes as it is committed."""

import asyncio
from collections.abc import AsyncIterator

from engine.processing.ports import StateReader
from engine.state.chain import lines_after

# What is sent in one piece, and how long a follower waits for more after one: at rest a record is sent as it is committed.
PIECE_BYTES = 256 * 1024
GATHERING_SECONDS = 0.02


class RecordStream:
    """Committed records of a store; who follows is woken by each commit."""

    def __init__(self, store: StateReader) -> None:
        self._store = store
        self._committed = asyncio.Condition()
        self._is_closed = False
        counters = store.counters()
        self.last_position = -1 if counters is None else counters.last_position

    async def advance(self, last_position: int) -> None:
        """A commit has ended at a position."""
        self.last_position = last_position
        async with self._committed:
            self._committed.notify_all()

    async def close(self) -> None:
        """Nothing will come any more: who follows reads to the end."""
        self._is_closed = True
        async with self._committed:
            self._committed.notify_all()

    async def read(self, after_position: int, *, follow: bool = False) -> AsyncIterator[bytes]:
        """Records after a position, as chunks of newline-delimited JSON; `follow` waits for more.

        Raises:
            RecordsDropped: some of them are not kept any more.
        """
        position, sent_at = after_position, 0.0
        while True:
            position, piece = self._piece(position)
            if piece:
                yield piece
                sent_at = asyncio.get_running_loop().time()
            elif follow and not self._is_closed:
                position = await self._more_than(position)
                await asyncio.sleep(max(sent_at + GATHERING_SECONDS - asyncio.get_running_loop().time(), 0))
            else:
                return

    def _piece(self, position: int) -> tuple[int, bytes]:
        """What there is after a position, as long as one piece may be."""
        lines: list[bytes] = []
        size = 0
        # Not what is written but not yet on the disk: nobody may know of it before it is sure to stay.
        while position < self.last_position and size < PIECE_BYTES and (chunk := self._store.records(position)) is not None:
            if chunk.last_position > self.last_position:
                break
            lines.append(lines_after(chunk, position))
            size += len(lines[-1])
            position = chunk.last_position
        return position, b"".join(lines)

    async def _more_than(self, position: int) -> int:
        """Wait for a commit; the position to go on from."""
        async with self._committed:
            if self.last_position <= position and not self._is_closed:
                await self._committed.wait()
            elif self._store.records(position) is None:
                # A log of an earlier version may end with a command's position, which has no record.
                return self.last_position
        return position
