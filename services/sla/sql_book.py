"""Clocks in SQL, on SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, and_, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.sla import sql_rows as rows
from services.sla.records import Change, ClockPause, SlaClock, StepTaken, TargetChange
from services.sla.tables import sla_change, sla_clock, sla_pause, sla_step, sla_target

ASKED_AT_ONCE = 500

# Every ticket asks these: they are put together once.
_THIS_CLOCK = and_(sla_clock.c.tenant_id == bindparam("of_tenant"), sla_clock.c.subject_id == bindparam("of_subject"))
_CLOCK = select(sla_clock).where(_THIS_CLOCK)
# Writing first takes the row's lock, and on SQLite the database's: what is read next stays true.
_LOCK_CLOCK = update(sla_clock).where(_THIS_CLOCK).values(subject_id=sla_clock.c.subject_id)


@cache
def _put_clock(dialect_name: str) -> postgresql.Insert | sqlite.Insert:
    statement = postgresql.insert(sla_clock) if dialect_name == "postgresql" else sqlite.insert(sla_clock)
    keys = [column.name for column in sla_clock.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in sla_clock.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed)


@dataclass(frozen=True, slots=True)
class SqlClockPages:
    """`ClockPages` over one connection."""

    connection: Connection
    tenant_id: str

    def clock(self, subject_id: str, *, to_change: bool = False) -> SlaClock | None:
        this = {"of_tenant": self.tenant_id, "of_subject": subject_id}
        if to_change:
            self.connection.execute(_LOCK_CLOCK, this)
        row = self.connection.execute(_CLOCK, this).mappings().first()
        return rows.clock_of(row) if row is not None else None

    def running(self, *, team: str | None = None, priority: str | None = None) -> Sequence[SlaClock]:
        query = select(sla_clock).where(sla_clock.c.tenant_id == self.tenant_id, sla_clock.c.ended_at.is_(None))
        if team is not None:
            query = query.where(sla_clock.c.team == team)
        if priority is not None:
            query = query.where(sla_clock.c.priority == priority)
        query = query.order_by(sla_clock.c.resolve_due_at.is_(None), sla_clock.c.resolve_due_at)
        return [rows.clock_of(row) for row in self.connection.execute(query).mappings()]

    def put(self, clock: SlaClock) -> None:
        values = self._of(clock.subject_id) | rows.row_of_clock(clock)
        self.connection.execute(_put_clock(self.connection.dialect.name), values)

    def pauses(self, subject_ids: Sequence[str]) -> dict[str, list[ClockPause]]:
        found: dict[str, list[ClockPause]] = {subject_id: [] for subject_id in subject_ids}
        for start in range(0, len(subject_ids), ASKED_AT_ONCE):
            asked = subject_ids[start : start + ASKED_AT_ONCE]
            query = select(sla_pause).where(sla_pause.c.tenant_id == self.tenant_id, sla_pause.c.subject_id.in_(asked))
            for row in self.connection.execute(query.order_by(sla_pause.c.number)).mappings():
                found[row["subject_id"]].append(rows.pause_of(row))
        return found

    def pauses_of_running(self) -> dict[str, list[ClockPause]]:
        found: dict[str, list[ClockPause]] = {}
        runs = and_(
            sla_clock.c.tenant_id == sla_pause.c.tenant_id,
            sla_clock.c.subject_id == sla_pause.c.subject_id,
            sla_clock.c.ended_at.is_(None),
        )
        query = select(sla_pause).join(sla_clock, runs).where(sla_pause.c.tenant_id == self.tenant_id)
        for row in self.connection.execute(query.order_by(sla_pause.c.number)).mappings():
            found.setdefault(row["subject_id"], []).append(rows.pause_of(row))
        return found

    def begin_pause(self, subject_id: str, pause: ClockPause) -> None:
        self.connection.execute(insert(sla_pause).values(**self._of(subject_id), **rows.row_of_pause(pause)))

    def end_pause(self, subject_id: str, pause: ClockPause) -> None:
        open_one = and_(
            sla_pause.c.tenant_id == self.tenant_id, sla_pause.c.subject_id == subject_id, sla_pause.c.ended_at.is_(None)
        )
        ended = {"ended_at": rows.milliseconds(pause.ended_at), "ended_by": pause.ended_by}
        self.connection.execute(update(sla_pause).where(open_one).values(**ended))

    def targets(self, subject_id: str) -> Sequence[TargetChange]:
        return [rows.target_of(row) for row in self.connection.execute(self._lines(sla_target, subject_id)).mappings()]

    def add_target(self, subject_id: str, change: TargetChange) -> None:
        self.connection.execute(insert(sla_target), self._of(subject_id) | rows.row_of_target(change))

    def steps(self, subject_id: str) -> Sequence[StepTaken]:
        return [rows.step_of(row) for row in self.connection.execute(self._lines(sla_step, subject_id)).mappings()]

    def add_step(self, subject_id: str, step: StepTaken) -> bool:
        return self._add_once(sla_step, self._of(subject_id) | rows.row_of_step(step))

    def add_change(self, change: Change, *, announced: bool) -> bool:
        values = self._of(change.subject_id) | rows.row_of_change(change) | {"announced": announced}
        return self._add_once(sla_change, values)

    def kept_change(self, change_id: str) -> Change | None:
        query = select(sla_change).where(sla_change.c.tenant_id == self.tenant_id, sla_change.c.change_id == change_id)
        row = self.connection.execute(query).mappings().first()
        return rows.change_of(row) if row is not None else None

    def unannounced(self, limit: int) -> Sequence[Change]:
        query = select(sla_change).where(sla_change.c.tenant_id == self.tenant_id, sla_change.c.announced.is_(False))
        found = self.connection.execute(query.order_by(sla_change.c.number).limit(limit)).mappings()
        return [rows.change_of(row) for row in found]

    def announced(self, change_ids: Sequence[str]) -> None:
        these = and_(sla_change.c.tenant_id == self.tenant_id, sla_change.c.change_id.in_(change_ids))
        self.connection.execute(update(sla_change).where(these).values(announced=True))

    def _of(self, subject_id: str) -> dict[str, str]:
        return {"tenant_id": self.tenant_id, "subject_id": subject_id}

    def _lines(self, table: Table, subject_id: str) -> Select[tuple[object, ...]]:
        mine = and_(table.c.tenant_id == self.tenant_id, table.c.subject_id == subject_id)
        return select(table).where(mine).order_by(table.c.number)

    def _add_once(self, table: Table, values: dict[str, Any]) -> bool:
        """Add a line unless one with its id is there; drivers count rows differently, so the line itself is asked for."""
        statement = self._insert(table).values(**values).on_conflict_do_nothing().returning(table.c.number)
        return self.connection.execute(statement).first() is not None

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        return postgresql.insert(table) if self.connection.dialect.name == "postgresql" else sqlite.insert(table)


@dataclass(frozen=True, slots=True)
class SqlClockBook:
    """`ClockBook` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    @contextmanager
    def open(self) -> Iterator[SqlClockPages]:
        with self.engine.begin() as connection:
            yield SqlClockPages(connection, self.tenant_id)
