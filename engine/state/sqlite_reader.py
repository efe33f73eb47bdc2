"""Reading a SQLite state file: by the engine beside its writer, and by tools while a gateway runs or not."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.processing.ports import Counters, LogStart, RecordChunk, RecordsDropped, Row, StoredChunk, StoredRow, StoreUnusable
from engine.state.chain import decompress
from engine.state.sqlite_schema import VERSION

_CHUNK = "first_position, last_position, moment, checksum, records"


class SqliteReader:
    """Rows and records of one file as of its last commit; it never waits for the writer, nor the writer for it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._reader = connection

    @classmethod
    def open(cls, path: Path) -> "SqliteReader":
        """A file that exists, for reading only.

        Raises:
            StoreUnusable: there is no such file, or it is something else.
        """
        if not path.exists():
            raise StoreUnusable(f"{path}: there is no such file; name the gateway's data directory with --data")
        connection = sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA busy_timeout = 5000")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.Error as error:
            connection.close()
            raise StoreUnusable(f"{path}: {error}") from error
        if version != VERSION:
            connection.close()
            raise StoreUnusable(
                f"{path}: its version is {version}, {VERSION} is known here; a gateway of this Penstock brings an earlier one "
                "up to date when it starts"
            )
        return cls(connection)

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

    def records(self, after_position: int) -> RecordChunk | None:
        row = self._reader.execute(
            "SELECT first_position, last_position, records FROM record_chunk WHERE last_position > ? "
            "ORDER BY last_position LIMIT 1",
            (after_position,),
        ).fetchone()
        if row is None or row[0] > after_position + 1:
            # Only where a gap lies before the chunk can anything have been dropped.
            dropped_through = self.log_start().dropped_through
            if max(after_position, 0) < dropped_through:
                raise RecordsDropped(after_position, dropped_through)
        return None if row is None else RecordChunk(row[0], row[1], decompress(row[2]))

    def log_start(self) -> LogStart:
        row = self._reader.execute("SELECT dropped_through, checksum FROM record_log").fetchone()
        return LogStart() if row is None else LogStart(*row)

    def readers(self) -> dict[str, int]:
        return dict(self._reader.execute("SELECT name, position FROM record_reader ORDER BY name"))

    def droppable(self, through: int, before: int, limit: int) -> int:
        ends = self._reader.execute(
            "SELECT last_position FROM record_chunk WHERE last_position <= ? AND moment < ? ORDER BY last_position LIMIT ?",
            (through, before, limit),
        ).fetchall()
        return int(ends[-1][0]) if ends else 0

    def rows(self) -> Iterator[Row]:
        for row in self._reader.execute("SELECT key, owner, kind, lookup, due, body FROM entity ORDER BY owner, key"):
            yield Row(*row)

    def chunks(self) -> Iterator[StoredChunk]:
        for row in self._reader.execute(f"SELECT {_CHUNK} FROM record_chunk ORDER BY last_position"):  # noqa: S608 - a constant
            yield StoredChunk(*row)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads within see the same commit."""
        self._reader.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.DatabaseError):
                # A damaged file refuses even this.
                self._reader.execute("ROLLBACK")

    def damage(self) -> list[str]:
        """What SQLite itself finds wrong with the file: pages, indexes, constraints."""
        try:
            found = [str(line) for (line,) in self._reader.execute("PRAGMA integrity_check(20)")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        self._reader.close()
