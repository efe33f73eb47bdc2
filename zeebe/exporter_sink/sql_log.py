"""The record log in SQL: a chunk a bulk and partition, committed together with the partition's position.

A chunk is stored when its transaction is, and a partition has one writer at a time; so whatever is killed in between, and
however often the exporter sends the same records, each is there once.
"""

import time
import zlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Engine, Table, func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from zeebe.exporter_sink.bulk import ExportedRecord
from zeebe.exporter_sink.log import Appended, Counters, Gap, PartitionState, by_partition
from zeebe.exporter_sink.tables import exported_chunk, exported_counter, exported_gap, exported_partition
from zeebe.records import Record, decode_lines

# Any number, as long as it stays: of several sinks only one writes a partition at a time.
_POSTGRESQL_LOCK = 7_356_370
# Record names are short; what is longer comes from somebody else and is cut.
_MAX_TYPE_CHARS = 100
# What may be read ahead of the limit: a chunk is taken whole.
_CHUNKS_AT_ONCE = 20


class SqlRecordLog:
    """A record log on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, records: Sequence[ExportedRecord]) -> Appended:
        fresh = 0
        gaps: list[Gap] = []
        with self._engine.begin() as connection:
            partitions = by_partition(records)
            _lock(connection, partitions)
            for partition_id, exported in partitions.items():
                new, found = _append(connection, partition_id, exported)
                fresh += new
                gaps += found
        return Appended(fresh, len(records) - fresh, tuple(gaps))

    def read(self, after: Mapping[int, int], *, limit: int = 5_000) -> list[Record]:
        read: list[Record] = []
        with self._engine.connect() as connection:
            partitions = connection.execute(select(exported_partition.c.partition_id).order_by("partition_id")).scalars().all()
            # Each has its share: a busy partition shall not hold up the others.
            for partition_id in partitions:
                read += _read(connection, partition_id, after.get(partition_id, -1), max(1, limit // len(partitions)))
        return read

    def partitions(self) -> list[PartitionState]:
        with self._engine.connect() as connection:
            rows = connection.execute(select(exported_partition).order_by(exported_partition.c.partition_id)).all()
        return [PartitionState(*row) for row in rows]

    def gaps(self) -> list[Gap]:
        columns = exported_gap.c
        statement = select(
            columns.partition_id, columns.value_type, columns.after_counter, columns.before_counter, columns.position
        ).order_by(columns.partition_id, columns.position)
        with self._engine.connect() as connection:
            return [Gap(*row) for row in connection.execute(statement)]

    def dropped_through(self) -> int:
        chunks = exported_chunk.c
        kept = (
            select(
                chunks.partition_id, func.sum(chunks.records).label("records"), func.min(chunks.first_position).label("first")
            )
            .group_by(chunks.partition_id)
            .subquery()
        )
        whole = exported_partition.c
        joined = exported_partition.outerjoin(kept, kept.c.partition_id == whole.partition_id)
        statement = (
            select(whole.position, kept.c.first).select_from(joined).where(func.coalesce(kept.c.records, 0) < whole.records)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        return max((row.position if row.first is None else row.first - 1 for row in rows), default=0)

    def forget(self, projected: Mapping[int, int], *, received_before: int) -> int:
        """Drop chunks that came before a moment and are wholly projected; returns how many records they held."""
        dropped = 0
        with self._engine.begin() as connection:
            for partition_id, position in projected.items():
                columns = exported_chunk.c
                old = (
                    (columns.partition_id == partition_id)
                    & (columns.last_position <= position)
                    & (columns.received_at < received_before)
                )
                for (records,) in connection.execute(exported_chunk.delete().where(old).returning(columns.records)):
                    dropped += records
        return dropped


def _append(connection: Connection, partition_id: int, exported: Sequence[ExportedRecord]) -> tuple[int, list[Gap]]:
    row = connection.execute(
        select(exported_partition.c.position, exported_partition.c.records).where(
            exported_partition.c.partition_id == partition_id
        )
    ).one_or_none()
    position, records = (-1, 0) if row is None else (row.position, row.records)
    new = [each for each in exported if each.position > position]
    if not new:
        return 0, []
    now = time.time_ns() // 1_000_000
    last = new[-1]
    content = zlib.compress(b"\n".join(each.line for each in new), level=1)
    connection.execute(
        exported_chunk.insert().values(
            partition_id=partition_id,
            first_position=new[0].position,
            last_position=last.position,
            records=len(new),
            received_at=now,
            content=content,
        )
    )
    _put(
        connection,
        exported_partition,
        [(partition_id, last.position, last.record.timestamp, now, records + len(new))],
    )
    return len(new), _count(connection, partition_id, new, now)


def _count(connection: Connection, partition_id: int, new: Sequence[ExportedRecord], now: int) -> list[Gap]:
    columns = exported_counter.c
    stored = connection.execute(select(columns.value_type, columns.counter).where(columns.partition_id == partition_id))
    before = {row.value_type: row.counter for row in stored}
    counters = Counters(partition_id, dict(before))
    gaps = counters.follow(new)
    changed = [
        (partition_id, value_type[:_MAX_TYPE_CHARS], counter)
        for value_type, counter in counters.newest.items()
        if before.get(value_type) != counter
    ]
    if changed:
        _put(connection, exported_counter, changed)
    if gaps:
        rows = [(partition_id, gap.value_type[:_MAX_TYPE_CHARS], gap.before, gap.after, gap.position, now) for gap in gaps]
        _put(connection, exported_gap, rows)
    return gaps


def _read(connection: Connection, partition_id: int, position: int, limit: int) -> list[Record]:
    columns = exported_chunk.c
    statement = (
        select(columns.content)
        .where(columns.partition_id == partition_id, columns.last_position > position)
        .order_by(columns.last_position)
        .limit(_CHUNKS_AT_ONCE)
    )
    read: list[Record] = []
    for (content,) in connection.execute(statement):
        read += [record for record in decode_lines(zlib.decompress(content)) if record.position > position]
        if len(read) >= limit:
            break
    return read[:limit]


def _put(connection: Connection, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, or replace those with the same key."""
    insert = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    keys = [column.name for column in table.primary_key.columns]
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    names = [column.name for column in table.columns]
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=rest), [dict(zip(names, row, strict=True)) for row in rows]
    )


def _lock(connection: Connection, partitions: Iterable[int]) -> None:
    """Hold off other writers before positions are read."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    # In ascending order, so that two writers never wait for each other.
    for partition_id in sorted(partitions):
        lock = {"lock": _POSTGRESQL_LOCK, "partition": partition_id}
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock, :partition)"), lock)
