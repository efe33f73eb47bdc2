"""State and records in PostgreSQL, for installations whose disks are looked after there.

One gateway writes: the connection that writes holds an advisory lock for as long as it lives, so the lock and the right to
commit are lost together. A commit is one round trip and is answered when the server has it on its disk (`synchronous_commit`).
"""

import time
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import Connection, errors
from psycopg.rows import TupleRow

from engine.processing.ports import Batch, Row, StoreFull, StoreLost, StoreUnusable
from engine.state.chain import checksum, compress
from engine.state.postgres_reader import PostgresReader, connect
from engine.state.postgres_schema import prepare

# Any two numbers, as long as they stay.
_LOCK = (7_356_369, 1)
# The server notices the end of a killed gateway within moments.
LOCK_SECONDS = 10.0

_UPSERT = (
    "INSERT INTO entity (key, owner, kind, lookup, due, body) "
    "SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::smallint[], %b::bytea[], %b::bigint[], %b::bytea[]) "
    "ON CONFLICT (key) DO UPDATE SET lookup = excluded.lookup, due = excluded.due, body = excluded.body"
)
_COUNT = (
    "INSERT INTO counters VALUES (1, %s, %s, %s) "
    "ON CONFLICT (id) DO UPDATE SET last_key = excluded.last_key, last_position = excluded.last_position, now = excluded.now"
)
_CHUNK = "INSERT INTO record_chunk (last_position, first_position, moment, checksum, records) VALUES (%s, %s, %s, %s, %b)"
_DROP = (
    "INSERT INTO record_log SELECT 1, last_position, checksum FROM record_chunk WHERE last_position = %s "
    "ON CONFLICT (id) DO UPDATE SET dropped_through = excluded.dropped_through, checksum = excluded.checksum"
)
_READER = "INSERT INTO record_reader VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET position = excluded.position"


class PostgresStore(PostgresReader):
    """One database, one writer. `synchronous` FULL waits for the server's disk, NORMAL for its memory only."""

    def __init__(self, url: str, *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> None:
        """Open a database; its tables are made where they are missing.

        Raises:
            StoreUnusable: it cannot be reached, another gateway holds it, or a later version wrote it.
        """
        self._writer = connect(url)
        try:
            _take_lock(self._writer)
            prepare(self._writer)
            self._writer.execute("SET synchronous_commit = on" if synchronous == "FULL" else "SET synchronous_commit = off")
            super().__init__(connect(url))
        except psycopg.Error as error:
            self._writer.close()
            raise StoreUnusable(f"the engine's database cannot be used: {error}") from error
        except StoreUnusable:
            self._writer.close()
            raise
        self._checksum = self._last_checksum()

    def _last_checksum(self) -> int:
        last = self._one("SELECT checksum FROM record_chunk ORDER BY last_position DESC LIMIT 1")
        return self.log_start().checksum if last is None else int(last[0])

    def write(self, batch: Batch) -> None:
        """Nothing yet: a round trip here would keep the event loop waiting."""

    def commit(self, batch: Batch) -> None:
        last = self._checksum
        try:
            with self._writer.pipeline(), self._writer.transaction():
                self._put_rows(batch)
                last = self._put_records(batch, last)
        except errors.DiskFull as error:
            raise StoreFull(f"the state could not be written: {error}") from error
        except psycopg.Error as error:
            raise StoreLost(f"the engine's database went away during a commit: {error}") from error
        self._checksum = last

    def _put_rows(self, batch: Batch) -> None:
        execute = self._writer.execute
        if batch.deletes:
            execute("DELETE FROM entity WHERE key = ANY(%b::bigint[])", (batch.deletes,))
        if batch.upserts:
            execute(_UPSERT, _columns(batch.upserts))
        counters = batch.counters
        execute(_COUNT, (counters.last_key, counters.last_position, counters.now))

    def _put_records(self, batch: Batch, last: int) -> int:
        execute = self._writer.execute
        if batch.records:
            first, end, compressed = batch.first_position, batch.counters.last_position, compress(batch.records)
            last = checksum(last, first, end, compressed)
            execute(_CHUNK, (end, first, batch.counters.now, last, compressed))
        if batch.drop_through:
            execute(_DROP, (batch.drop_through,))
            execute("DELETE FROM record_chunk WHERE last_position <= %s", (batch.drop_through,))
        for name, position in batch.readers.items():
            if position is None:
                execute("DELETE FROM record_reader WHERE name = %s", (name,))
            else:
                execute(_READER, (name, position))
        return last

    @property
    def journal(self) -> Path | None:
        """None: the server waits for its disk."""
        return None

    def leave_flush(self) -> None:
        pass

    def close(self) -> None:
        super().close()
        self._writer.close()


def _take_lock(connection: Connection[TupleRow]) -> None:
    give_up_at = time.monotonic() + LOCK_SECONDS
    while True:
        taken = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK).fetchone()
        if taken is not None and taken[0]:
            return
        if time.monotonic() > give_up_at:
            raise StoreUnusable("the engine's database is served by another gateway: stop that one, or name another database")
        time.sleep(0.1)


def _columns(rows: list[Row]) -> tuple[list[object], ...]:
    keys, owners, kinds, lookups, dues, bodies = zip(*rows, strict=True)
    texts = [None if lookup is None else lookup.encode() for lookup in lookups]
    return list(keys), list(owners), [int(kind) for kind in kinds], texts, list(dues), list(bodies)
