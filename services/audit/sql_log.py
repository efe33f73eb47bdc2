"""The audit log in SQL."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, RowMapping, func, select, text

from services.audit.entry import GENESIS, AuditEntry, Deed, hashed
from services.audit.log import PAGE, AuditFilter
from services.audit.tables import audit_entry

COLUMNS = audit_entry.c
# Any number, as long as it stays: of several writers one at a time knows which entry is the newest.
_POSTGRESQL_LOCK = 7_356_369
AT_ONCE = 1_000
LONGEST = 255


@dataclass(frozen=True, slots=True)
class SqlAuditLog:
    """Entries in a table whose triggers refuse every change."""

    engine: Engine
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000

    def append(self, deed: Deed) -> AuditEntry:
        with self.engine.begin() as connection:
            _lock(connection)
            newest = connection.execute(
                select(COLUMNS.sequence, COLUMNS.sum).order_by(COLUMNS.sequence.desc()).limit(1)
            ).one_or_none()
            sequence, previous = (newest.sequence + 1, newest.sum) if newest else (1, GENESIS)
            entry = hashed(AuditEntry(sequence, self.now_ms(), _shortened(deed), previous))
            connection.execute(audit_entry.insert().values(**_row(entry)))
        return entry

    def page(self, wanted: AuditFilter, *, before: int | None = None, limit: int = PAGE) -> Sequence[AuditEntry]:
        query = select(audit_entry).order_by(COLUMNS.sequence.desc()).limit(limit)
        conditions = [
            (wanted.tenant_id is not None, COLUMNS.tenant_id == wanted.tenant_id),
            (wanted.actor, COLUMNS.actor == wanted.actor),
            (wanted.action, func.lower(COLUMNS.action).contains(wanted.action.lower(), autoescape=True)),
            (wanted.subject, func.lower(COLUMNS.subject).contains(wanted.subject.lower(), autoescape=True)),
            (wanted.since is not None, COLUMNS.at >= (wanted.since or 0)),
            (wanted.until is not None, COLUMNS.at < (wanted.until or 0)),
            (before is not None, COLUMNS.sequence < (before or 0)),
        ]
        for is_wanted, condition in conditions:
            if is_wanted:
                query = query.where(condition)
        with self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(query).mappings()]

    def entries(self) -> Iterator[AuditEntry]:
        """In pieces, so that a verification of years holds no lock and little memory."""
        last = None
        while True:
            query = select(audit_entry).order_by(COLUMNS.sequence).limit(AT_ONCE)
            if last is not None:
                query = query.where(COLUMNS.sequence > last)
            with self.engine.connect() as connection:
                rows = connection.execute(query).mappings().all()
            if not rows:
                return
            yield from map(_entry, rows)
            last = rows[-1]["sequence"]


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})


def _shortened(deed: Deed) -> Deed:
    return replace(deed, actor=deed.actor[:LONGEST], action=deed.action[:LONGEST], subject=deed.subject[:LONGEST])


def _row(entry: AuditEntry) -> dict[str, object]:
    deed = entry.deed
    return {
        **{name: getattr(entry, name) for name in ("sequence", "at", "previous", "sum")},
        **{name: getattr(deed, name) for name in ("tenant_id", "actor", "way", "action", "subject", "outcome")},
        "before": json.dumps(deed.before, ensure_ascii=False),
        "after": json.dumps(deed.after, ensure_ascii=False),
    }


def _entry(row: RowMapping) -> AuditEntry:
    names = ("actor", "action", "subject", "way", "outcome", "tenant_id")
    deed = Deed(**{name: row[name] for name in names}, before=_object(row["before"]), after=_object(row["after"]))
    return AuditEntry(row["sequence"], row["at"], deed, row["previous"], row["sum"])


def _object(value: str) -> dict[str, object]:
    """What somebody wrote past us may be no JSON at all: then it does not fit its sum either."""
    try:
        found = json.loads(value)
    except ValueError:
        return {"unreadable": value}
    return found if isinstance(found, dict) else {"unreadable": value}
