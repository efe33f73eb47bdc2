"""The built-in CRM as people leaf through it: customers and deals, the last changed first, found by any of their values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, RowMapping, and_, cast, func, insert, or_, select, type_coerce

from services.crm.connectors.built_in import FIELDS, BuiltInCrm, OwnNotes
from services.crm.connectors.ports import Kind, Record
from services.crm.connectors.tables import own_record
from services.crm.field_origins import FieldOrigin, Origin
from services.crm.own_edits import MOST_DIGITS, OwnEdits, checked

ROWS = 50


@dataclass(frozen=True, slots=True)
class OwnPage:
    """`total` counts all of a kind, None where words were asked for; `next_cursor` asks for the rows after these."""

    items: Sequence[Record]
    total: int | None
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class OwnBook:
    """One tenant's."""

    here: BuiltInCrm

    @property
    def edits(self) -> OwnEdits:
        return OwnEdits(self.here)

    def page(self, kind: Kind, *, text: str = "", cursor: str = "") -> OwnPage:
        columns = own_record.c
        mine = (columns.tenant_id == self.here.tenant_id, columns.kind == kind.value)
        query = select(own_record).where(*mine, *_found_by(text, kind, self.here.engine.dialect.name), *_after(cursor))
        query = query.order_by(columns.changed_at.desc(), columns.number.desc()).limit(ROWS + 1)
        with self.here.engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            total = None if text.strip() else connection.execute(select(func.count()).where(*mine)).scalar_one()
        last = rows[ROWS - 1] if len(rows) > ROWS else None
        return OwnPage(
            [_record(kind, row) for row in rows[:ROWS]],
            total,
            None if last is None else f"{last['changed_at']}.{last['number']}",
        )

    def create(self, kind: Kind, values: Mapping[str, str | None], created_by: str) -> str:
        """Take in a record that a person wrote; returns its name.

        Raises:
            CrmRefused: a value does not fit its field, or the name is missing.
        """
        held = {name: checked(kind, name, values.get(name)) for name in FIELDS[kind]}
        mine = (own_record.c.tenant_id == self.here.tenant_id, own_record.c.kind == kind.value)
        next_number = select(func.coalesce(func.max(own_record.c.number), 0) + 1).where(*mine)
        with self.here.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("LOCK TABLE crm_own_record IN SHARE ROW EXCLUSIVE MODE")
            row = {
                "tenant_id": self.here.tenant_id,
                "kind": kind.value,
                "number": next_number.scalar_subquery(),
                "changed_at": int(self.here.clock().timestamp() * 1000),
                "values": json.dumps(held, ensure_ascii=False),
            }
            number = connection.execute(insert(own_record).values(row).returning(own_record.c.number)).scalar_one()
            name = f"{kind.value}:{number}"
            filled = [each for each, value in held.items() if value is not None]
            self.edits.remember(connection, name, filled, Origin.HAND, created_by)
        return name

    def record(self, name: str) -> Record:
        """Raises `CrmRecordUnknown`."""
        return self.edits.read(name)

    def origins(self, name: str) -> Mapping[str, FieldOrigin]:
        return self.edits.origins(name)

    def notes(self, record: Record) -> Sequence[str]:
        return OwnNotes(self.here).of(record.kind, record.record_id)

    def note(self, record: Record, text: str, *, request_id: str) -> None:
        """Leave a note once per request id."""
        OwnNotes(self.here).add(record.kind, record.record_id, text, request_id=request_id)


def _after(cursor: str) -> tuple[ColumnElement[bool], ...]:
    """Behind the last row of the page before; what is no cursor of ours asks from the start."""
    parts = cursor.split(".")
    if len(parts) != 2 or not all(each.isascii() and each.isdigit() and len(each) <= MOST_DIGITS for each in parts):
        return ()
    columns, (moment, number) = own_record.c, map(int, parts)
    return (or_(columns.changed_at < moment, and_(columns.changed_at == moment, columns.number < number)),)


def _found_by(text: str, kind: Kind, dialect: str) -> tuple[ColumnElement[bool], ...]:
    """Any field holds the words. SQLite folds the case of ASCII alone, so the usual spellings are asked for one by one."""
    words = text.strip()
    if not words:
        return ()
    held: Any = cast(own_record.c["values"], JSON) if dialect == "postgresql" else type_coerce(own_record.c["values"], JSON)
    spellings = {words} if dialect == "postgresql" else {words, words.lower(), words.upper(), words.capitalize(), words.title()}
    fields = [held[name].as_string() for name in FIELDS[kind]]
    return (or_(*(field.icontains(each, autoescape=True) for field in fields for each in sorted(spellings))),)


def _record(kind: Kind, row: RowMapping) -> Record:
    held = json.loads(row["values"])
    values = {name: held.get(name) for name in FIELDS[kind]}
    return Record(kind, str(row["number"]), datetime.fromtimestamp(row["changed_at"] / 1000, UTC), values)
