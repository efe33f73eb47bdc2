"""State and records in one SQLite file.

The write connection belongs to whoever commits: `write` and `commit` never run at the same time, though not on the same thread.
Reads go through a connection of their own, which in WAL mode sees the last commit and is never kept waiting by a write.
"""

import sqlite3
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from engine.processing.ports import Batch, Counters, RecordChunk, StoredRow, StoreFull

SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    key INTEGER PRIMARY KEY,
    owner INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    lookup TEXT,
    due INTEGER,
    body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS entity_owner ON entity (owner, key);
CREATE INDEX IF NOT EXISTS entity_lookup ON entity (lookup, key) WHERE lookup IS NOT NULL;
CREATE INDEX IF NOT EXISTS entity_due ON entity (due, key) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS record_batch (
    last_position INTEGER PRIMARY KEY,
    first_position INTEGER NOT NULL,
    records BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS counters (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_key INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    now INTEGER NOT NULL
);
"""

_UPSERT = (
    "INSERT INTO entity (key, owner, kind, lookup, due, body) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET lookup = excluded.lookup, due = excluded.due, body = excluded.body"
)
_COUNT = (
    "INSERT INTO counters (id, last_key, last_position, now) VALUES (1, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET last_key = excluded.last_key, last_position = excluded.last_position, now = excluded.now"
)
# Records repeat themselves: level 1 makes them a tenth of their size for a hundredth of the disk's time.
_COMPRESSION = 1


class SqliteStore:
    """One file, one writer. `synchronous` FULL survives a power loss, NORMAL the end of the process only."""

    def __init__(self, path: Path, *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> None:
        self._writer = _connect(path, synchronous)
        self._writer.executescript(SCHEMA)
        self._reader = _connect(path, synchronous)
        self._reader.execute("PRAGMA query_only = ON")

    def counters(self) -> Counters | None:
        row = self._reader.execute("SELECT last_key, last_position, now FROM counters").fetchone()
        return None if row is None else Counters(*row)

    def owned(self, owner: int) -> list[StoredRow]:
        rows = self._reader.execute("SELECT key, kind, body FROM entity WHERE owner = ? ORDER BY key", (owner,))
        return [StoredRow(*row) for row in rows]

    def owner_of(self, key: int) -> int | None:
        row = self._reader.execute("SELECT owner FROM entity WHERE key = ?", (key,)).fetchone()
        return None if row is None else int(row[0])

    def row(self, key: int) -> StoredRow | None:
        row = self._reader.execute("SELECT key, kind, body FROM entity WHERE key = ?", (key,)).fetchone()
        return None if row is None else StoredRow(*row)

    def keys_at(self, lookup: str) -> list[int]:
        return [key for (key,) in self._reader.execute("SELECT key FROM entity WHERE lookup = ? ORDER BY key", (lookup,))]

    def lookups(self, prefix: str) -> Iterable[tuple[str, int]]:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return self._reader.execute("SELECT lookup, key FROM entity WHERE lookup >= ? AND lookup < ?", (prefix, end))

    def dues(self) -> Iterable[tuple[int, int]]:
        return self._reader.execute("SELECT due, key FROM entity WHERE due IS NOT NULL")

    def write(self, batch: Batch) -> None:
        writer = self._writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            if batch.deletes:
                writer.executemany("DELETE FROM entity WHERE key = ?", [(key,) for key in batch.deletes])
            if batch.upserts:
                writer.executemany(_UPSERT, batch.upserts)
            counters = batch.counters
            writer.execute(_COUNT, (counters.last_key, counters.last_position, counters.now))
        except sqlite3.OperationalError as error:
            raise self._failed(error) from error

    def commit(self, batch: Batch) -> None:
        writer = self._writer
        try:
            if batch.records:
                lines = zlib.compress(("\n".join(batch.records) + "\n").encode(), _COMPRESSION)
                writer.execute(
                    "INSERT INTO record_batch (last_position, first_position, records) VALUES (?, ?, ?)",
                    (batch.counters.last_position, batch.first_position, lines),
                )
            writer.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.OperationalError) -> StoreFull:
        """Take back the transaction; SQLite may have done so itself."""
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        return StoreFull(f"the state could not be written: {error}")

    def records(self, after_position: int) -> RecordChunk | None:
        row = self._reader.execute(
            "SELECT first_position, last_position, records FROM record_batch WHERE last_position > ? "
            "ORDER BY last_position LIMIT 1",
            (after_position,),
        ).fetchone()
        return None if row is None else RecordChunk(row[0], row[1], zlib.decompress(row[2]))

    def close(self) -> None:
        self._reader.close()
        self._writer.close()


def _connect(path: Path, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -32000")
    return connection
