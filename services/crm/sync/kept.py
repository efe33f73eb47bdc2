"""What was read, kept once by source, kind and id."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, insert, select, update

from services.crm.connectors.ports import Kind, Record
from services.crm.connectors.tables import record as table


def keep(connection: Connection, connection_id: str, kind: Kind, records: Sequence[Record], pass_number: int) -> int:
    """Write a page's records; returns how many are new or changed. An answer older than what is kept changes nothing."""
    newest = {record.record_id: record for record in sorted(records, key=lambda record: record.changed_at)}
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    query = select(table.c.record_id, table.c.changed_at, table.c["values"], table.c.is_gone)
    held = {row.record_id: row for row in connection.execute(query.where(mine, table.c.record_id.in_(newest)))}
    added, changed, seen = [], [], []
    for record_id, record in newest.items():
        row = _row(record, pass_number)
        before = held.get(record_id)
        if before is None:
            added.append({"connection_id": connection_id, "kind": kind.value, "record_id": record_id, **row})
        elif before.changed_at > row["changed_at"] or (before.values, before.is_gone) == (row["values"], False):
            seen.append({"of_record": record_id, "seen_in": pass_number})
        else:
            changed.append({"of_record": record_id, **row})
    one = update(table).where(mine, table.c.record_id == bindparam("of_record"))
    if added:
        connection.execute(insert(table), added)
    if changed:
        connection.execute(
            one.values({name: bindparam(name) for name in ("changed_at", "values", "seen_in", "is_gone")}), changed
        )
    if seen:
        connection.execute(one.values(seen_in=bindparam("seen_in"), is_gone=False), seen)
    return len(added) + len(changed)


def held_count(connection: Connection, connection_id: str, kind: Kind, *, seen_since: int = 0) -> int:
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value) & (table.c.is_gone.is_(False))
    return connection.execute(select(func.count()).select_from(table).where(mine, table.c.seen_in >= seen_since)).scalar_one()


def forget_unseen(connection: Connection, connection_id: str, kind: Kind, pass_number: int) -> None:
    """A whole pass did not meet them: they are gone."""
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value)
    connection.execute(update(table).where(mine, table.c.seen_in < pass_number).values(is_gone=True))


def forget(connection: Connection, connection_id: str, kind: Kind, record_id: str) -> None:
    mine = (table.c.connection_id == connection_id) & (table.c.kind == kind.value) & (table.c.record_id == record_id)
    connection.execute(update(table).where(mine).values(is_gone=True))


def _row(record: Record, pass_number: int) -> dict[str, object]:
    return {
        "changed_at": int(record.changed_at.timestamp() * 1000),
        "values": json.dumps(dict(record.values), ensure_ascii=False, sort_keys=True),
        "seen_in": pass_number,
        "is_gone": False,
    }
