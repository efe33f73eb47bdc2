"""Records into read models, exactly once.

A partition's position is committed in the transaction of the rows it stands for. A record at or below it was applied before
and is skipped; a record that cannot be applied stops the projection, with everything before it committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from history.projections import IGNORED_EVENTS, IGNORED_VALUE_TYPES, RULES
from history.projections.batch import Batch, Wanted
from history.projections.names import ElementNames
from history.projections.rule import Rule
from history.projections.upsert import insert_or_update
from history.tables import metadata, projection
from history.values import Value
from zeebe.records import Record

BEFORE_THE_FIRST = -1
STATISTICS_EVERY = 100_000
# Any number, as long as it stays: of several projectors of a partition only one writes at a time.
_POSTGRESQL_LOCK = 7_356_368
_NO_PARTITION = -1
# What a value that a record should not have can make of a statement.
_REFUSED_BY_DATABASE = (
    *(DataError, IntegrityError, InterfaceError, OperationalError, ProgrammingError),
    *(OverflowError, UnicodeEncodeError),
)
# PostgreSQL's "program limit exceeded": a value has no room in an index. Every other operational error is the database's own.
_TOO_LARGE = "54000"


class ProjectionStopped(Exception):
    """A record cannot be applied; all before it are."""

    def __init__(self, record: Record, reason: str) -> None:
        super().__init__(
            f"cannot apply record {record.position} of partition {record.partition_id} "
            f"({record.value_type} {record.intent}, key {record.key}): {reason}"
        )
        self.position = record.position
        self.partition_id = record.partition_id
        self.value_type = record.value_type
        self.intent = record.intent
        self.reason = reason


class ProjectionMoved(Exception):
    """The stored position is not the one the caller continues from: somebody else projects, or rebuilt."""

    def __init__(self, partition_id: int, expected: int, stored: int) -> None:
        super().__init__(f"partition {partition_id} is projected up to {stored}, not {expected}; continue from there")
        self.partition_id = partition_id
        self.stored = stored


class _NotApplicable(Exception):
    """The reason why one record cannot be applied."""

    def __init__(self, record: Record, reason: str) -> None:
        super().__init__(reason)
        self.record = record
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Step:
    """A record with its rule and its checked value."""

    record: Record
    rule: Rule
    value: Any


class Projector:
    """Applies records to the read models of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._names = ElementNames()
        self._since_statistics = 0

    def position(self, partition_id: int = 1) -> int:
        """The position of the newest applied record; -1 before the first."""
        with self._engine.connect() as connection:
            return _stored_position(connection, partition_id)

    def positions(self) -> dict[int, int]:
        """The position of the newest applied record of each partition that has one."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(projection.c.partition_id, projection.c.position))
            return {row.partition_id: row.position for row in rows}

    def secure(self, partition_id: int = 1) -> int:
        """Make all that was applied survive a power failure; the position up to which it does.

        A projector may run on connections that do not wait for the disk. On a connection that does, a commit takes every
        earlier one with it: the log of the database is one file.
        """
        with self._engine.begin() as connection:
            _lock(connection, partition_id)
            position = _stored_position(connection, partition_id)
            # Something has to be written, or nothing reaches the disk: a row that comes and goes unseen.
            connection.execute(projection.insert().values(partition_id=_NO_PARTITION, position=position, timestamp=0))
            connection.execute(projection.delete().where(projection.c.partition_id == _NO_PARTITION))
        return position

    def apply(self, records: Sequence[Record], *, after: Mapping[int, int] | None = None) -> int:
        """Apply records, in the order of the log within each partition; returns how many were new.

        `after` names the positions the caller continues from, for a source that starts there: where others are stored,
        records would be left out. A source that starts anywhere before leaves it out, as duplicates are skipped.

        Raises:
            ProjectionStopped: names the record that cannot be applied; those before it are committed.
            ProjectionMoved: `after` is not the stored position of a partition; nothing of that one was applied.
        """
        return sum(
            self._apply(partition_id, each, None if after is None else after.get(partition_id, BEFORE_THE_FIRST))
            for partition_id, each in _by_partition(records).items()
        )

    def reset(self) -> None:
        """Empty all read models, so that applying the log from its first record rebuilds them."""
        with self._engine.begin() as connection:
            _lock(connection, 0)
            for table in metadata.tables.values():
                connection.execute(table.delete())
        self._names = ElementNames()

    def _apply(self, partition_id: int, records: Sequence[Record], after: int | None) -> int:
        try:
            return self._transact(partition_id, records, after)
        except (_NotApplicable, *_REFUSED_BY_DATABASE) as error:
            if not _is_the_record_s_fault(error):
                raise
            return self._apply_one_by_one(partition_id, records, after)

    def _apply_one_by_one(self, partition_id: int, records: Sequence[Record], after: int | None) -> int:
        """Commit what comes before the record that cannot be applied, and name it."""
        applied = 0
        for record in records:
            try:
                applied += self._transact(partition_id, [record], after if record is records[0] else None)
            except _NotApplicable as error:
                raise ProjectionStopped(record, error.reason) from error
            except _REFUSED_BY_DATABASE as error:
                if not _is_the_record_s_fault(error):
                    raise
                raise ProjectionStopped(record, f"the database refuses it: {error}") from error
        return applied

    def _transact(self, partition_id: int, records: Sequence[Record], after: int | None) -> int:
        with self._engine.begin() as connection:
            _lock(connection, partition_id)
            stored = _stored_position(connection, partition_id)
            if after is not None and stored != after:
                raise ProjectionMoved(partition_id, after, stored)
            fresh = [record for record in records if record.position > stored]
            if not fresh:
                return 0
            batch = Batch(connection, partition_id, self._names)
            _fold(batch, fresh)
            batch.write()
            newest = fresh[-1]
            insert_or_update(connection, projection, [(partition_id, newest.position, newest.timestamp)])
        self._keep_statistics(len(fresh))
        return len(fresh)

    def _keep_statistics(self, applied: int) -> None:
        """Let SQLite know the tables' sizes now and then, for the queries' sake; PostgreSQL sees to it by itself."""
        self._since_statistics += applied
        if self._since_statistics < STATISTICS_EVERY or self._engine.dialect.name != "sqlite":
            return
        self._since_statistics = 0
        with self._engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            connection.exec_driver_sql("ANALYZE")


def _fold(batch: Batch, records: Iterable[Record]) -> None:
    steps = [step for record in records if (step := _step(record)) is not None]
    wanted = Wanted()
    for step in steps:
        step.rule.want(wanted, step.record, step.value)
    batch.load(wanted)
    for step in steps:
        try:
            step.rule.apply(batch, step.record, step.value)
        except ValueError as error:
            raise _NotApplicable(step.record, str(error)) from error


def _step(record: Record) -> _Step | None:
    """What to do with a record: nothing where it is none of our business, which its type or intent must say."""
    if not record.is_event or record.value_type in IGNORED_VALUE_TYPES:
        return None
    event = (record.value_type, record.intent)
    rule = RULES.get(event)
    if rule is None:
        if event in IGNORED_EVENTS:
            return None
        raise _NotApplicable(record, "no rule knows this event; it needs a newer Penstock")
    try:
        return _Step(record, rule, _value(record.value, rule.value_type))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _NotApplicable(record, f"its value does not fit: {error}") from error


def _value(value: object, value_type: type[Value]) -> Value:
    """What a rule takes from a value, which a source may have left unread."""
    if isinstance(value, msgspec.Raw):
        return _decoder(value_type).decode(value)
    return msgspec.convert(value, value_type)


@cache
def _decoder(value_type: type[Value]) -> msgspec.json.Decoder[Value]:
    return msgspec.json.Decoder(value_type)


def _is_the_record_s_fault(error: Exception) -> bool:
    """A lost or locked database is no record's fault; trying again later may help."""
    return not isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) == _TOO_LARGE


def _by_partition(records: Sequence[Record]) -> dict[int, Sequence[Record]]:
    partitions: dict[int, list[Record]] = {}
    for record in records:
        partitions.setdefault(record.partition_id, []).append(record)
    return {**partitions}


def _stored_position(connection: Connection, partition_id: int) -> int:
    statement = select(projection.c.position).where(projection.c.partition_id == partition_id)
    stored = connection.execute(statement).scalar_one_or_none()
    return BEFORE_THE_FIRST if stored is None else stored


def _lock(connection: Connection, partition_id: int) -> None:
    """Hold off other writers before the position is read."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        lock = {"lock": _POSTGRESQL_LOCK, "partition": partition_id}
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock, :partition)"), lock)
