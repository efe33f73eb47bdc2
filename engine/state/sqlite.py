"""State and records in one SQLite file.

The write connection belongs to whoever commits: `write` and `commit` never run at the same time, though not on the same thread.
Reads go through a connection of their own, which in WAL mode sees the last commit and is never kept waiting by a write.
"""

import sqlite3
from pathlib import Path
from typing import Literal

from engine.processing.ports import Batch, StoreFull, StoreLost, StoreUnusable
from engine.state.chain import checksum, compress
from engine.state.sqlite_reader import SqliteReader
from engine.state.sqlite_schema import prepare

_UPSERT = (
    "INSERT INTO entity (key, owner, kind, lookup, due, body) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET lookup = excluded.lookup, due = excluded.due, body = excluded.body"
)
_COUNT = (
    "INSERT INTO counters (id, last_key, last_position, now) VALUES (1, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET last_key = excluded.last_key, last_position = excluded.last_position, now = excluded.now"
)
_DROP = (
    "INSERT INTO record_log SELECT 1, last_position, checksum FROM record_chunk WHERE last_position = ? "
    "ON CONFLICT (id) DO UPDATE SET dropped_through = excluded.dropped_through, checksum = excluded.checksum"
)
_READER = "INSERT INTO record_reader VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position"


class SqliteStore(SqliteReader):
    """One file, one writer. `synchronous` FULL survives a power loss, NORMAL the end of the process only."""

    def __init__(self, path: Path, *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> None:
        """Open a file, which is made where it is missing.

        Raises:
            StoreUnusable: it is no state of Penstock's, or a later version's.
        """
        try:
            self._writer = _connect(path, synchronous)
            prepare(self._writer)
            super().__init__(_connect(path, synchronous))
        except sqlite3.DatabaseError as error:
            raise StoreUnusable(f"{path} cannot be opened as the engine's state: {error}") from error
        self._reader.execute("PRAGMA query_only = ON")
        self._checksum = self._last_checksum()
        self._journal = path.with_name(f"{path.name}-wal") if synchronous == "FULL" else None

    def _last_checksum(self) -> int:
        last = self._reader.execute("SELECT checksum FROM record_chunk ORDER BY last_position DESC LIMIT 1").fetchone()
        return self.log_start().checksum if last is None else int(last[0])

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
        except sqlite3.DatabaseError as error:
            raise self._failed(error) from error

    def commit(self, batch: Batch) -> None:
        writer, last = self._writer, self._checksum
        try:
            if batch.records:
                first, end, compressed = batch.first_position, batch.counters.last_position, compress(batch.records)
                last = checksum(last, first, end, compressed)
                chunk = (end, first, batch.counters.now, last, compressed)
                writer.execute("INSERT INTO record_chunk VALUES (?, ?, ?, ?, ?)", chunk)
            if batch.drop_through:
                writer.execute(_DROP, (batch.drop_through,))
                writer.execute("DELETE FROM record_chunk WHERE last_position <= ?", (batch.drop_through,))
            for name, position in batch.readers.items():
                if position is None:
                    writer.execute("DELETE FROM record_reader WHERE name = ?", (name,))
                else:
                    writer.execute(_READER, (name, position))
            writer.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            raise self._failed(error) from error
        self._checksum = last

    @property
    def journal(self) -> Path | None:
        return self._journal

    def leave_flush(self) -> None:
        # NORMAL waits for the disk only where the log begins anew or goes into the file, which keeps the file whole:
        # https://sqlite.org/pragma.html#pragma_synchronous
        self._writer.execute("PRAGMA synchronous = NORMAL")

    def _failed(self, error: sqlite3.DatabaseError) -> StoreFull | StoreLost:
        """Take back the transaction; SQLite may have done so itself."""
        if not isinstance(error, sqlite3.OperationalError):
            return StoreLost(f"the state is damaged: {error}; stop, and look with: penstock gateway verify")
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        return StoreFull(f"the state could not be written: {error}")

    def close(self) -> None:
        super().close()
        self._writer.close()


def _connect(path: Path, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=64)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -32000")
    return connection
