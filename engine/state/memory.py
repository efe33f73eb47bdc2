"""State in memory: for tests and for trying a process without leaving anything behind."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.processing.ports import Batch, Counters, LogStart, RecordChunk, RecordsDropped, Row, StoredChunk, StoredRow
from engine.state.chain import checksum, compress, decompress


class MemoryStore:
    """Rows in dictionaries. What is written is seen after `commit`, as in a database."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._owned: dict[int, dict[int, None]] = {}
        self._at: dict[str, dict[int, None]] = {}
        self._written: list[Batch] = []
        self._counters: Counters | None = None
        self._chunks: list[StoredChunk] = []
        self._start = LogStart()
        self._readers: dict[str, int] = {}

    def counters(self) -> Counters | None:
        return self._counters

    def owned(self, owner: int) -> list[StoredRow]:
        return [_stored(self._rows[key]) for key in sorted(self._owned.get(owner, ()))]

    def owner_of(self, key: int) -> int | None:
        row = self._rows.get(key)
        return None if row is None else row.owner

    def row(self, key: int) -> StoredRow | None:
        row = self._rows.get(key)
        return None if row is None else _stored(row)

    def keys_at(self, lookup: str) -> list[int]:
        return sorted(self._at.get(lookup, ()))

    def lookups(self, prefix: str) -> Iterable[tuple[str, int]]:
        return [(lookup, key) for lookup, keys in self._at.items() if lookup.startswith(prefix) for key in keys]

    def dues(self) -> Iterable[tuple[int, int]]:
        return [(row.due, row.key) for row in self._rows.values() if row.due is not None]

    def write(self, batch: Batch) -> None:
        self._written.append(batch)

    def commit(self, batch: Batch) -> None:
        for written in self._written:
            for key in written.deletes:
                self._delete(key)
            for row in written.upserts:
                self._delete(row.key)
                self._insert(row)
        self._written.clear()
        self._counters = batch.counters
        if batch.records:
            self._append(batch)
        dropped = [chunk for chunk in self._chunks if chunk.last_position <= batch.drop_through]
        if dropped:
            self._start = LogStart(dropped[-1].last_position, dropped[-1].checksum)
            del self._chunks[: len(dropped)]
        for name, position in batch.readers.items():
            self._readers.pop(name, None)
            if position is not None:
                self._readers[name] = position

    def _append(self, batch: Batch) -> None:
        before = self._chunks[-1].checksum if self._chunks else self._start.checksum
        first, last, compressed = batch.first_position, batch.counters.last_position, compress(batch.records)
        proof = checksum(before, first, last, compressed)
        self._chunks.append(StoredChunk(first, last, batch.counters.now, proof, compressed))

    def _insert(self, row: Row) -> None:
        self._rows[row.key] = row
        self._owned.setdefault(row.owner, {})[row.key] = None
        if row.lookup is not None:
            self._at.setdefault(row.lookup, {})[row.key] = None

    def _delete(self, key: int) -> None:
        row = self._rows.pop(key, None)
        if row is None:
            return
        _discard(self._owned, row.owner, key)
        if row.lookup is not None:
            _discard(self._at, row.lookup, key)

    def records(self, after_position: int) -> RecordChunk | None:
        if max(after_position, 0) < self._start.dropped_through:
            raise RecordsDropped(after_position, self._start.dropped_through)
        index = bisect_right(self._chunks, after_position, key=lambda chunk: chunk.last_position)
        if index == len(self._chunks):
            return None
        chunk = self._chunks[index]
        return RecordChunk(chunk.first_position, chunk.last_position, decompress(chunk.compressed))

    def log_start(self) -> LogStart:
        return self._start

    def readers(self) -> dict[str, int]:
        return dict(sorted(self._readers.items()))

    def droppable(self, through: int, before: int, limit: int) -> int:
        ends = [
            chunk.last_position for chunk in self._chunks[:limit] if chunk.last_position <= through and chunk.moment < before
        ]
        return ends[-1] if ends else 0

    def rows(self) -> Iterable[Row]:
        return sorted(self._rows.values(), key=lambda row: (row.owner, row.key))

    def chunks(self) -> Iterable[StoredChunk]:
        return list(self._chunks)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        yield

    def damage(self) -> list[str]:
        return []

    @property
    def journal(self) -> Path | None:
        return None

    def leave_flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def _stored(row: Row) -> StoredRow:
    return StoredRow(row.key, row.kind, row.body)


def _discard[K](index: dict[K, dict[int, None]], entry: K, key: int) -> None:
    keys = index[entry]
    del keys[key]
    if not keys:
        del index[entry]
