"""Changing one field of a customer or deal of the built-in CRM: only from what was seen, once per key, and it is kept by whom.

What a person filled in is known from then on, so that no import overwrites it unasked.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import ColumnElement, Connection, Table, insert, select, update

from services.crm.connectors.built_in import BuiltInCrm, OwnRecords
from services.crm.connectors.ports import CrmRecordUnknown, CrmRefused, Kind, Record
from services.crm.connectors.tables import own_record, own_write
from services.crm.field_origins import FieldOrigin, Origin, Place, origins_of, remember

LONGEST_AMOUNT = 30
# What fits a BIGINT for certain.
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """One field's wanted value, from what was seen in it. The same `key` again changes nothing."""

    field: str
    before: str | None
    after: str | None
    key: str
    origin: Origin
    changed_by: str


class OwnRecordChanged(Exception):
    """The field no longer holds what the change was made from."""


@dataclass(frozen=True, slots=True)
class OwnEdits:
    """Over one tenant's records. A record is named `customer:7`, `deal:3`."""

    here: BuiltInCrm

    def read(self, name: str) -> Record:
        """Raises `CrmRecordUnknown`."""
        kind, number = _place(name)
        return OwnRecords(self.here, kind).get(str(number))

    def origins(self, name: str) -> Mapping[str, FieldOrigin]:
        """Of each field that was filled with its origin known."""
        with self.here.engine.connect() as connection:
            return origins_of(connection, self._place(name))

    def write(self, name: str, wanted: OwnWrite) -> None:
        """Set the field, once.

        Raises:
            CrmRecordUnknown, CrmRefused.
            OwnRecordChanged: it holds something else than was seen.
        """
        kind, _number = _place(name)
        mine, now = self._of(own_record, name), self._now()
        with self.here.engine.begin() as connection:
            # Written first: the lock it takes lets nobody else between the look and the change.
            locked = update(own_record).where(*mine).values(number=own_record.c.number)
            if not connection.execute(locked).rowcount:
                raise CrmRecordUnknown(f"there is no {kind} {name!r}")
            same = (own_write.c.tenant_id == self.here.tenant_id) & (own_write.c.key == wanted.key)
            if connection.execute(select(own_write.c.key).where(same)).first():
                return
            # Kept as it was approved, to the letter: a change is taken back only where its own value still stands.
            value = fitting(kind, wanted.field, wanted.after)
            held = json.loads(connection.execute(select(own_record.c["values"]).where(*mine)).scalar_one())
            if (held.get(wanted.field) or None) != (wanted.before or None):
                raise OwnRecordChanged(f"{wanted.field} of {name} was changed in the meantime")
            merged = json.dumps({**held, wanted.field: value}, ensure_ascii=False)
            connection.execute(update(own_record).where(*mine).values({"values": merged, "changed_at": now}))
            connection.execute(insert(own_write).values(tenant_id=self.here.tenant_id, key=wanted.key, written_at=now))
            self.remember(connection, name, [wanted.field], wanted.origin, wanted.changed_by)

    def remember(self, connection: Connection, name: str, fields: Iterable[str], origin: Origin, changed_by: str) -> None:
        """Keep what filled these fields."""
        remember(connection, self._place(name), fields, origin, changed_by, self.here.clock())

    def _place(self, name: str) -> Place:
        kind, number = _place(name)
        return Place(self.here.tenant_id, kind.value, number)

    def _of(self, table: Table, name: str) -> tuple[ColumnElement[bool], ...]:
        kind, number = _place(name)
        return (
            table.c.tenant_id == self.here.tenant_id,
            table.c.kind == kind.value,
            table.c.number == number,
        )

    def _now(self) -> int:
        return int(self.here.clock().timestamp() * 1000)


def checked(kind: Kind, field: str, value: str | None) -> str | None:
    """What a person typed as its field keeps it: without spaces around it, an amount as a plain number, empty as None.

    Raises:
        CrmRefused: it does not fit.
    """
    text = fitting(kind, field, (value or "").strip())
    return amount_of(text) if text and field == "amount" else text


def fitting(kind: Kind, field: str, value: object) -> str | None:
    """A value that its field takes; empty is None. Raises `CrmRefused`."""
    if value is not None and not isinstance(value, str):
        raise CrmRefused(f"{field} of a {kind} is a text")
    OwnRecords.require(kind, {field: value})
    if field in {"name", "title"} and not (value or "").strip():
        raise CrmRefused(f"a {kind} needs a {field}")
    if field == "amount" and value:
        amount_of(value)
    return value or None


def amount_of(text: str) -> str:
    """`1 200,50` and `1200.5` as plain numbers. Raises `CrmRefused`."""
    plain = "".join(text.split()).replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation as error:
        raise CrmRefused(f"an amount is a number, not {text[:40]!r}") from error
    if not found.is_finite() or len(plain) > LONGEST_AMOUNT or "e" in plain.lower() or "_" in plain:
        raise CrmRefused(f"an amount is a plain number of at most {LONGEST_AMOUNT} digits, not {text[:40]!r}")
    return f"{found:f}"


def _place(name: str) -> tuple[Kind, int]:
    kind, _colon, number = name.partition(":")
    known = {Kind.CUSTOMER.value, Kind.DEAL.value}
    if kind not in known or not number.isascii() or not number.isdigit() or len(number) > MOST_DIGITS:
        raise CrmRecordUnknown(f"the built-in CRM has no record {name[:80]!r}; write customer:NUMBER or deal:NUMBER")
    return Kind(kind), int(number)
