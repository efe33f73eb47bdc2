"""How long records are kept.

A reader of the record log (the projection into read models, an exporter of somebody's own) says how far it has committed what
it made of them. Records that every reader has had, and whose time is over by the engine's clock, are dropped from the start of
the log, a share with each commit so that nobody waits. As long as no reader has said anything, everything is kept.
"""

import re
from time import monotonic

from engine.processing.ports import Batch, Store

LOOK_EVERY_SECONDS = 1.0
# Chunks dropped with one commit.
CHUNKS_AT_ONCE = 64
MOST_READERS = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)


class ReaderRefused(Exception):
    """A reader of the log said something that cannot be."""


class RecordRetention:
    """Which records the next commit drops, and what it writes of the readers."""

    def __init__(self, store: Store, keep_milliseconds: int | None) -> None:
        """`keep_milliseconds` None keeps every record for ever."""
        self._store = store
        self._keep = keep_milliseconds
        self._readers = store.readers()
        # Said since the last commit that held.
        self._said: dict[str, int | None] = {}
        self._look_at = 0.0
        self._dropped_through = store.log_start().dropped_through

    @property
    def readers(self) -> dict[str, int]:
        """How far each reader is."""
        return dict(self._readers)

    @property
    def dropped_through(self) -> int:
        """Records up to this position are gone."""
        return self._dropped_through

    def acknowledge(self, reader: str, position: int, last_position: int) -> None:
        """A reader has had everything up to a position.

        Raises:
            ReaderRefused: the name or the position is impossible.
        """
        if not _NAME.fullmatch(reader):
            raise ReaderRefused("a reader's name has up to 64 of a-z, 0-9, dot, dash and underscore, a letter or digit first")
        if not -1 <= position <= last_position:
            raise ReaderRefused(f"the log's newest record is {last_position}; nobody can have read up to {position}")
        if reader not in self._readers and len(self._readers) >= MOST_READERS:
            raise ReaderRefused(f"the log has {MOST_READERS} readers already; forget those that read no more")
        self._readers[reader] = self._said[reader] = position
        self._look_at = 0.0

    def forget(self, reader: str) -> None:
        """A reader reads no more: records need not wait for it."""
        if self._readers.pop(reader, None) is not None:
            self._said[reader] = None
            self._look_at = 0.0

    def join(self, batch: Batch) -> None:
        """Add what there is to do to a batch that is about to be committed."""
        batch.readers.update(self._said)
        if self._keep is None or not self._readers or monotonic() < self._look_at:
            return
        slowest = min(self._readers.values())
        batch.drop_through = self._store.droppable(slowest, batch.counters.now - self._keep, CHUNKS_AT_ONCE)
        if not batch.drop_through:
            self._look_at = monotonic() + LOOK_EVERY_SECONDS

    def committed(self, batch: Batch) -> None:
        """A batch is durable."""
        for reader, position in batch.readers.items():
            if reader in self._said and self._said[reader] == position:
                del self._said[reader]
        self._dropped_through = max(self._dropped_through, batch.drop_through)
