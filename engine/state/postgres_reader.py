"""Reading the state in PostgreSQL: by the engine beside its writer, and by tools."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from engine.processing.ports import (
    Counters,
    LogStart,
    RecordChunk,
    RecordsDropped,
    Row,
    StoredChunk,
    StoredRow,
    StoreLost,
    StoreUnusable,
)
from engine.state.chain import decompress
from engine.state.postgres_schema import require_version

CONNECT_SECONDS = 10
# Rows fetched at once where all are read.
_SHARE = 2_000


def connect(url: str) -> Connection[TupleRow]:
    """A connection that commits each statement by itself and finds the engine's tables.

    Raises:
        StoreUnusable: there is no such database, or it refuses us.
    """
    try:
        connection = psycopg.connect(plain_url(url), autocommit=True, connect_timeout=CONNECT_SECONDS, prepare_threshold=2)
        connection.execute("SET search_path = penstock_engine")
    except psycopg.Error as error:
        raise StoreUnusable(f"the engine's database cannot be reached: {error}") from error
    return connection


def plain_url(url: str) -> str:
    """The URL as PostgreSQL's own tools read it, without SQLAlchemy's name of a driver."""
    scheme, mark, rest = url.partition("://")
    if scheme.partition("+")[0] not in {"postgresql", "postgres"} or not mark:
        raise StoreUnusable("PENSTOCK_ENGINE_URL is not the URL of a PostgreSQL database: postgresql://user@host/name")
    return f"postgresql://{rest}"


class PostgresReader:
    """Rows and records of one database as of its last commit."""

    def __init__(self, connection: Connection[TupleRow]) -> None:
        self._reader = connection

    @classmethod
    def open(cls, url: str) -> "PostgresReader":
        """Tables that exist, for reading only, beside a gateway or without one.

        Raises:
            StoreUnusable: they cannot be reached, or there are none.
        """
        connection = connect(url)
        try:
            require_version(connection)
            connection.execute("SET default_transaction_read_only = on")
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def counters(self) -> Counters | None:
        row = self._one("SELECT last_key, last_position, now FROM counters")
        return None if row is None else Counters(*row)

    def owned(self, owner: int) -> list[StoredRow]:
        return [StoredRow(*row) for row in self._all("SELECT key, kind, body FROM entity WHERE owner = %s ORDER BY key", owner)]

    def owner_of(self, key: int) -> int | None:
        row = self._one("SELECT owner FROM entity WHERE key = %s", key)
        return None if row is None else int(row[0])

    def row(self, key: int) -> StoredRow | None:
        row = self._one("SELECT key, kind, body FROM entity WHERE key = %s", key)
        return None if row is None else StoredRow(*row)

    def keys_at(self, lookup: str) -> list[int]:
        text = lookup.encode()
        found = self._all(
            "SELECT key FROM entity WHERE substring(lookup FROM 1 FOR 200) = %b AND lookup = %b ORDER BY key", text[:200], text
        )
        return [key for (key,) in found]

    def lookups(self, prefix: str) -> Iterable[tuple[str, int]]:
        start = prefix.encode()
        end = start[:-1] + bytes([start[-1] + 1])
        for lookup, key in self._every(
            "SELECT lookup, key FROM entity WHERE substring(lookup FROM 1 FOR 200) >= %b "
            "AND substring(lookup FROM 1 FOR 200) < %b",
            start,
            end,
        ):
            yield bytes(lookup).decode(), key

    def dues(self) -> Iterator[tuple[int, int]]:
        yield from self._every("SELECT due, key FROM entity WHERE due IS NOT NULL")

    def records(self, after_position: int) -> RecordChunk | None:
        row = self._one(
            "SELECT first_position, last_position, records FROM record_chunk WHERE last_position > %s "
            "ORDER BY last_position LIMIT 1",
            after_position,
        )
        if row is None or row[0] > after_position + 1:
            # Only where a gap lies before the chunk can anything have been dropped.
            dropped_through = self.log_start().dropped_through
            if max(after_position, 0) < dropped_through:
                raise RecordsDropped(after_position, dropped_through)
        return None if row is None else RecordChunk(row[0], row[1], decompress(row[2]))

    def log_start(self) -> LogStart:
        row = self._one("SELECT dropped_through, checksum FROM record_log")
        return LogStart() if row is None else LogStart(*row)

    def readers(self) -> dict[str, int]:
        return dict(self._all("SELECT name, position FROM record_reader ORDER BY name"))

    def droppable(self, through: int, before: int, limit: int) -> int:
        row = self._one(
            "SELECT max(last_position) FROM (SELECT last_position FROM record_chunk WHERE last_position <= %s AND moment < %s "
            "ORDER BY last_position LIMIT %s) AS oldest",
            through,
            before,
            limit,
        )
        return 0 if row is None or row[0] is None else int(row[0])

    def rows(self) -> Iterator[Row]:
        for row in self._every("SELECT key, owner, kind, lookup, due, body FROM entity ORDER BY owner, key"):
            key, owner, kind, lookup, due, body = row
            yield Row(key, owner, kind, None if lookup is None else bytes(lookup).decode(), due, body)

    def chunks(self) -> Iterator[StoredChunk]:
        for row in self._every(
            "SELECT first_position, last_position, moment, checksum, records FROM record_chunk ORDER BY last_position"
        ):
            yield StoredChunk(*row)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads within see the same commit."""
        with self._reader.transaction():
            self._reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    def damage(self) -> list[str]:
        """PostgreSQL checks its own pages (`initdb --data-checksums`); nothing is known here beyond its answers."""
        return []

    def close(self) -> None:
        self._reader.close()

    def _one(self, query: LiteralString, *values: object) -> TupleRow | None:
        try:
            return self._reader.execute(query, values, binary=True).fetchone()
        except psycopg.OperationalError as error:
            raise StoreLost(f"the engine's database went away: {error}") from error

    def _all(self, query: LiteralString, *values: object) -> Sequence[TupleRow]:
        try:
            return self._reader.execute(query, values, binary=True).fetchall()
        except psycopg.OperationalError as error:
            raise StoreLost(f"the engine's database went away: {error}") from error

    def _every(self, query: LiteralString, *values: object) -> Iterator[tuple[Any, ...]]:
        """All rows, a share at a time, as of one moment."""
        try:
            with self._reader.transaction(), self._reader.cursor("every", binary=True) as cursor:
                cursor.itersize = _SHARE
                yield from cursor.execute(query, values)
        except psycopg.OperationalError as error:
            raise StoreLost(f"the engine's database went away: {error}") from error
