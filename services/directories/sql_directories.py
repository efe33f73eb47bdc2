"""The directories in SQL, on SQLite or PostgreSQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, delete, insert, or_, select, update

from services.directories.entries import (
    Entry,
    EntryChanged,
    EntryKind,
    EntryUnknown,
    FieldOrigin,
    InvalidEntry,
    Origin,
)
from services.directories.fields import FIELDS, WHOLE, checked, entry_of, value_of
from services.directories.tables import entry, field_origin, write_key

DEFAULT_TENANT = "<default>"
# A chain of merges longer than this is a circle.
MOST_MERGES = 100


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SqlDirectories:
    """`Directories` over one tenant's rows."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def entry(self, entry_id: str) -> Entry:
        with self.engine.connect() as connection:
            return self._get(connection, entry_id)

    def resolve(self, entry_id: str) -> Entry:
        with self.engine.connect() as connection:
            return self._resolve(connection, entry_id)

    def entries(self, *, with_merged: bool = False) -> list[Entry]:
        query = select(entry).where(self._mine()).order_by(entry.c.kind, entry.c.name, entry.c.entry_id)
        if not with_merged:
            query = query.where(entry.c.merged_into.is_(None))
        with self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def origins(self, entry_id: str) -> dict[str, FieldOrigin]:
        with self.engine.connect() as connection:
            self._get(connection, entry_id)
            rows = connection.execute(select(field_origin).where(field_origin.c.entry_id == entry_id)).mappings()
            return {
                row["field"]: FieldOrigin(row["field"], Origin(row["origin"]), row["changed_by"], _moment(row["changed_at"]))
                for row in rows
            }

    def write(
        self, entry_id: str, field: str, *, before: object, after: object, key: str, origin: Origin, changed_by: str
    ) -> None:
        with self.engine.begin() as connection:
            self._lock(connection)
            known = (write_key.c.tenant_id == self.tenant_id) & (write_key.c.key == key)
            if connection.execute(select(write_key.c.key).where(known)).first():
                return
            if field == WHOLE:
                touched = self._write_whole(connection, entry_id, before, after)
            else:
                touched = self._write_field(connection, entry_id, field, before, after)
            now = _ms(self.clock())
            connection.execute(insert(write_key).values(tenant_id=self.tenant_id, key=key, written_at=now))
            for name in touched:
                self._remember(connection, entry_id, name, origin, changed_by, now)

    def _write_field(self, connection: Connection, entry_id: str, field: str, before: object, after: object) -> tuple[str, ...]:
        held = self._get(connection, entry_id)
        if value_of(held, field) != before:
            raise EntryChanged(f"{field} of {held.name} was changed in the meantime")
        value = checked(field, after)
        if field == "parent_id":
            self._require_parent(connection, held.kind, value)
        if field == "merged_into" and value is not None:
            self._require_mergeable(connection, held, value)
        stored = json.dumps(value or [], ensure_ascii=False) if field == "aliases" else value
        connection.execute(update(entry).where(entry.c.entry_id == entry_id).values({field: stored}))
        return (field,)

    def _write_whole(self, connection: Connection, entry_id: str, before: object, after: object) -> tuple[str, ...]:
        found = self._find(connection, entry_id)
        held = None if found is None else value_of(found, WHOLE)
        if held != before:
            raise EntryChanged(f"the entry {entry_id} was changed in the meantime")
        if after is None:
            self._remove(connection, entry_id)
            return ()
        if found is not None:
            raise InvalidEntry("an entry is changed field by field, not as a whole")
        new = entry_of(entry_id, after)
        self._require_parent(connection, new.kind, new.parent_id)
        connection.execute(insert(entry).values(self._row(new)))
        return tuple(name for name in FIELDS if value_of(new, name) is not None)

    def _remove(self, connection: Connection, entry_id: str) -> None:
        refers = or_(entry.c.parent_id == entry_id, entry.c.merged_into == entry_id)
        if (child := connection.scalar(select(entry.c.name).where(refers).limit(1))) is not None:
            raise InvalidEntry(f"the entry cannot be removed: {child} refers to it")
        connection.execute(delete(field_origin).where(field_origin.c.entry_id == entry_id))
        connection.execute(delete(entry).where(entry.c.entry_id == entry_id))

    def _require_parent(self, connection: Connection, kind: EntryKind, parent_id: str | None) -> None:
        if parent_id is None:
            if kind.parent is not None:
                raise InvalidEntry(f"a {kind.value} belongs to a {kind.parent.value}: name one as its parent")
            return
        if kind.parent is None:
            raise InvalidEntry(f"a {kind.value} has no parent")
        if self._get(connection, parent_id).kind is not kind.parent:
            raise InvalidEntry(f"the parent of a {kind.value} is a {kind.parent.value}")

    def _require_mergeable(self, connection: Connection, held: Entry, target_id: str) -> None:
        target = self._resolve(connection, target_id)
        if target.entry_id == held.entry_id:
            raise InvalidEntry("an entry cannot be merged into itself")
        if target.kind is not held.kind:
            raise InvalidEntry(f"a {held.kind.value} is merged into another {held.kind.value}")

    def _remember(self, connection: Connection, entry_id: str, name: str, origin: Origin, changed_by: str, now: int) -> None:
        one = (field_origin.c.entry_id == entry_id) & (field_origin.c.field == name)
        connection.execute(delete(field_origin).where(one))
        row = {"entry_id": entry_id, "field": name, "origin": origin, "changed_by": changed_by[:200], "changed_at": now}
        connection.execute(insert(field_origin).values(row))

    def _lock(self, connection: Connection) -> None:
        """Writes of one tenant come one after the other: an entry's look and its change are one step."""
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE directory_write_key IN SHARE ROW EXCLUSIVE MODE")
        else:
            # An update of nothing takes SQLite's only write lock.
            connection.execute(update(entry).where(entry.c.entry_id == "").values(owner=None))

    def _resolve(self, connection: Connection, entry_id: str) -> Entry:
        found = self._get(connection, entry_id)
        for _ in range(MOST_MERGES):
            if found.merged_into is None:
                return found
            found = self._get(connection, found.merged_into)
        raise EntryUnknown(entry_id)

    def _get(self, connection: Connection, entry_id: str) -> Entry:
        found = self._find(connection, entry_id)
        if found is None:
            raise EntryUnknown(entry_id)
        return found

    def _find(self, connection: Connection, entry_id: str) -> Entry | None:
        row = connection.execute(select(entry).where(self._mine(), entry.c.entry_id == entry_id)).mappings().first()
        return None if row is None else _entry(row)

    def _mine(self) -> ColumnElement[bool]:
        return entry.c.tenant_id == self.tenant_id

    def _row(self, new: Entry) -> dict[str, Any]:
        return {
            "entry_id": new.entry_id,
            "tenant_id": self.tenant_id,
            "kind": new.kind,
            "name": new.name,
            "parent_id": new.parent_id,
            "owner": new.owner,
            "aliases": json.dumps(list(new.aliases), ensure_ascii=False),
            "context": new.context,
            "created_at": _ms(self.clock()),
        }


def _entry(row: RowMapping) -> Entry:
    return Entry(
        row["entry_id"],
        EntryKind(row["kind"]),
        row["name"],
        row["parent_id"],
        row["owner"],
        tuple(json.loads(row["aliases"])),
        row["context"],
        row["merged_into"],
        _moment(row["created_at"]),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
