"""Who filled a field of a record that is kept here: a customer, a deal, a ticket.

What a person filled in is known from then on, so that no import, no program and no process overwrites it unasked. Read and
kept on the caller's connection, in the transaction that changes the field.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert, select

from services.crm.tables import field_origins

LONGEST_NAME = 200
# How tickets are named among the records here.
TICKET = "ticket"


class Origin(StrEnum):
    """What filled a field."""

    HAND = "hand"
    IMPORT = "import"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    origin: Origin
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One record of one tenant."""

    tenant_id: str
    kind: str
    number: int


# Every ticket that is assigned asks this: it is put together once.
_OF_RECORD = select(field_origins).where(
    field_origins.c.tenant_id == bindparam("of_tenant"),
    field_origins.c.kind == bindparam("of_kind"),
    field_origins.c.number == bindparam("of_number"),
)


def origins_of(connection: Connection, place: Place) -> dict[str, FieldOrigin]:
    """Of each field that was filled with its origin known."""
    asked = {"of_tenant": place.tenant_id, "of_kind": place.kind, "of_number": place.number}
    return {
        row.field: FieldOrigin(Origin(row.origin), row.changed_by, datetime.fromtimestamp(row.changed_at / 1000, UTC))
        for row in connection.execute(_OF_RECORD, asked)
    }


def remember(
    connection: Connection, place: Place, fields: Iterable[str], origin: Origin, changed_by: str, at: datetime
) -> None:
    """Keep what filled these fields last. Whoever calls this holds the record's lock."""
    mine = {"tenant_id": place.tenant_id, "kind": place.kind, "number": place.number}
    kept = {"origin": origin.value, "changed_by": changed_by[:LONGEST_NAME], "changed_at": int(at.timestamp() * 1000)}
    rows = [{**mine, "field": field, **kept} for field in fields]
    if not rows:
        return
    columns = field_origins.c
    of_record = (columns[name] == value for name, value in mine.items())
    connection.execute(delete(field_origins).where(*of_record, columns.field.in_([row["field"] for row in rows])))
    connection.execute(insert(field_origins), rows)
