"""Monthly partitions on PostgreSQL, for tables that only grow: the record log of a cluster, and the audit log.

A month is made ahead of its time by a background task, and dropped by it when retention has emptied it: its room is free at
once, where deleting millions of rows leaves it behind. What comes in a month that nobody made goes into `…_in_rest`. The audit
log is never shortened by us: its chain begins at its first entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import Connection, text

log = structlog.get_logger(__name__)

MONTHS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Partitioned:
    """A table, the column of milliseconds that it is divided by, and its key within a month."""

    table: str
    moment: str
    key: tuple[str, ...]
    # A statement trigger is not handed down to partitions: what makes it on each.
    on_each: str = ""


TABLES = (
    Partitioned("exported_chunk", "received_at", ("partition_id", "last_position")),
    Partitioned(
        "audit_entry",
        "at",
        ("sequence",),
        'CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON "{0}" EXECUTE FUNCTION audit_entry_refuse()',
    ),
)


def months(first: datetime, count: int) -> Iterator[tuple[str, int, int]]:
    """The name of each month, its first millisecond and that of the next one."""
    year, month = first.year, first.month
    for _each in range(count):
        following = (year, month + 1) if month < 12 else (year + 1, 1)
        yield f"{year}_{month:02}", _ms(year, month), _ms(*following)
        year, month = following


def make_ahead(connection: Connection, one: Partitioned, now: datetime) -> list[str]:
    """Make the partitions of this month and the next ones where they are missing; returns those made."""
    made = []
    for name, start, end in months(now, MONTHS_AHEAD + 1):
        partition = f"{one.table}_in_{name}"
        if _covered(connection, one.table, start, end):
            continue
        if _strays(connection, one, start, end):
            log.warning("partition_not_made", partition=partition, rows_in=f"{one.table}_in_rest")
            continue
        _run(connection, f'CREATE TABLE "{partition}" PARTITION OF "{one.table}" FOR VALUES FROM ({start}) TO ({end})')
        _guard(connection, one, partition)
        made.append(partition)
    return made


def drop_emptied(connection: Connection, one: Partitioned, now: datetime) -> list[str]:
    """Drop the months before this one that have no row left; returns them."""
    dropped = []
    [(_name, this_month, _end)] = months(now, 1)
    for partition, _start, end in _ranges(connection, one.table):
        if end > this_month or _has_rows(connection, partition):
            continue
        _run(connection, f'DROP TABLE "{partition}"')
        dropped.append(partition)
    return dropped


def is_partitioned(connection: Connection, table: str) -> bool:
    query = "SELECT 1 FROM pg_partitioned_table WHERE partrelid = to_regclass(:table)"
    return connection.execute(text(query), {"table": f'public."{table}"'}).first() is not None


def divide(connection: Connection, one: Partitioned, indexes: dict[str, str], now: datetime) -> None:
    """Turn a plain table into a divided one; its rows stay where they are, as the partition of all that was until now.

    `indexes` are its own besides the key, by name, each with its columns.
    """
    past = f"{one.table}_in_past"
    key = ", ".join(f'"{column}"' for column in (*one.key, one.moment))
    newest = connection.execute(text(f'SELECT coalesce(max("{one.moment}"), 0) FROM "{one.table}"')).scalar_one()  # noqa: S608  # names of ours
    latest = max(now, datetime.fromtimestamp(newest / 1000, UTC))
    [(_name, _start, end)] = months(latest, 1)
    _run(connection, f'ALTER TABLE "{one.table}" RENAME TO "{past}"')
    for name in indexes:
        _run(connection, f'ALTER INDEX "{name}" RENAME TO "{past}_{name}"')
    _run(connection, f'ALTER TABLE "{past}" DROP CONSTRAINT "{one.table}_pkey", ADD PRIMARY KEY ({key})')
    _run(connection, f'CREATE TABLE "{one.table}" (LIKE "{past}" INCLUDING DEFAULTS) PARTITION BY RANGE ("{one.moment}")')
    _run(connection, f'ALTER TABLE "{one.table}" ADD PRIMARY KEY ({key})')
    for name, columns in indexes.items():
        _run(connection, f'CREATE INDEX "{name}" ON "{one.table}" ({columns})')
    _run(connection, f'ALTER TABLE "{one.table}" ATTACH PARTITION "{past}" FOR VALUES FROM (MINVALUE) TO ({end})')
    rest = f"{one.table}_in_rest"
    _run(connection, f'CREATE TABLE "{rest}" PARTITION OF "{one.table}" DEFAULT')
    _guard(connection, one, rest)
    make_ahead(connection, one, now)


def _guard(connection: Connection, one: Partitioned, partition: str) -> None:
    if one.on_each:
        _run(connection, one.on_each.format(partition))


def _ranges(connection: Connection, table: str) -> list[tuple[str, int | None, int]]:
    """Each partition with its bounds, the rest left out."""
    rows = connection.execute(
        text(
            "SELECT c.relname, "
            "substring(pg_get_expr(c.relpartbound, c.oid) FROM 'FROM \\(''?(\\d+)') AS first, "
            "substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \\(''?(\\d+)') AS last "
            "FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(:table) ORDER BY 1"
        ),
        {"table": f'public."{table}"'},
    )
    return [(row.relname, int(row.first) if row.first else None, int(row.last)) for row in rows if row.last]


def _covered(connection: Connection, table: str, start: int, end: int) -> bool:
    return any((first or 0) < end and start < last for _name, first, last in _ranges(connection, table))


def _strays(connection: Connection, one: Partitioned, start: int, end: int) -> bool:
    query = f'SELECT 1 FROM "{one.table}_in_rest" WHERE "{one.moment}" >= :start AND "{one.moment}" < :end LIMIT 1'  # noqa: S608
    return connection.execute(text(query), {"start": start, "end": end}).first() is not None


def _has_rows(connection: Connection, table: str) -> bool:
    return connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first() is not None  # noqa: S608


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _ms(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)
