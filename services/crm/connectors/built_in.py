"""The built-in CRM: customers, deals and notes in our own database, for a company that has no other."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, RowMapping, func, insert, select, update

from services.crm.connectors.ports import (
    CUSTOMER_FIELDS,
    DEAL_FIELDS,
    AnswerUnclear,
    Crm,
    CrmRecordUnknown,
    CrmRefused,
    Kind,
    Page,
    Record,
)
from services.crm.connectors.reading import an_id
from services.crm.connectors.tables import own_note, own_record

DEFAULT_TENANT = "<default>"
PAGE = 500
LONGEST = 2000
FIELDS: Mapping[Kind, tuple[str, ...]] = {Kind.CUSTOMER: CUSTOMER_FIELDS, Kind.DEAL: DEAL_FIELDS}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class BuiltInCrm:
    """One tenant's."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = utc_now

    def crm(self) -> Crm:
        return Crm(OwnRecords(self, Kind.CUSTOMER), OwnRecords(self, Kind.DEAL), notes=OwnNotes(self))


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """Customers or deals."""

    here: BuiltInCrm
    kind: Kind

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        columns = own_record.c
        query = select(own_record).where(*self._mine(), columns.number > int(an_id(cursor or "0", "the cursor")))
        if since is not None:
            query = query.where(columns.changed_at >= _milliseconds(since))
        with self.here.engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.number).limit(PAGE)).mappings().all()
        records = [self._record(row) for row in rows]
        return Page(records, records[-1].record_id if len(records) == PAGE else None, self.here.clock())

    def get(self, record_id: str) -> Record:
        query = select(own_record).where(*self._mine(), own_record.c.number == _number(record_id))
        with self.here.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            raise CrmRecordUnknown(f"there is no {self.kind} {record_id}")
        return self._record(row)

    def count(self) -> int:
        query = select(func.count()).select_from(own_record).where(*self._mine())
        with self.here.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def add(self, record_id: str, values: Mapping[str, str | None]) -> None:
        """Take in a record under a number of the caller's."""
        row = {
            "tenant_id": self.here.tenant_id,
            "kind": self.kind.value,
            "number": _number(record_id),
            "changed_at": _milliseconds(self.here.clock()),
            "values": json.dumps(self._checked(values), ensure_ascii=False),
        }
        with self.here.engine.begin() as connection:
            connection.execute(insert(own_record).values(row))

    def change(self, record_id: str, values: Mapping[str, str | None]) -> None:
        checked = self._checked(values)
        mine = (*self._mine(), own_record.c.number == _number(record_id))
        with self.here.engine.begin() as connection:
            # Written first: the lock it takes lets nobody else between the look and the change.
            moment = {"changed_at": _milliseconds(self.here.clock())}
            if not connection.execute(update(own_record).where(*mine).values(moment)).rowcount:
                raise CrmRecordUnknown(f"there is no {self.kind} {record_id}")
            held = json.loads(connection.execute(select(own_record.c["values"]).where(*mine)).scalar_one())
            merged = json.dumps({**held, **checked}, ensure_ascii=False)
            connection.execute(update(own_record).where(*mine).values({"values": merged}))

    def _checked(self, values: Mapping[str, str | None]) -> dict[str, str | None]:
        self.require(self.kind, values)
        return {name: value or None for name, value in values.items()}

    @staticmethod
    def require(kind: Kind, values: Mapping[str, str | None]) -> None:
        """Raises `CrmRefused` for a field that records of this kind have not, or a text that is too long."""
        for name, value in values.items():
            if name not in FIELDS[kind]:
                raise CrmRefused(f"a {kind} has no field {name!r}")
            if value is not None and (len(value) > LONGEST or "\0" in value):
                raise CrmRefused(f"{name} is a text of at most {LONGEST} characters")

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (own_record.c.tenant_id == self.here.tenant_id, own_record.c.kind == self.kind.value)

    def _record(self, row: RowMapping) -> Record:
        held = json.loads(row["values"])
        values = {name: held.get(name) for name in FIELDS[self.kind]}
        return Record(self.kind, str(row["number"]), datetime.fromtimestamp(row["changed_at"] / 1000, UTC), values)


@dataclass(frozen=True, slots=True)
class OwnNotes:
    """Notes beside customers and deals."""

    here: BuiltInCrm

    def add(self, kind: Kind, record_id: str, text: str, *, request_id: str) -> None:
        OwnRecords(self.here, kind).get(record_id)
        same = (own_note.c.tenant_id == self.here.tenant_id) & (own_note.c.request_id == request_id)
        row = {
            "tenant_id": self.here.tenant_id,
            "request_id": request_id,
            "kind": kind.value,
            "number": _number(record_id),
            "text": text,
            "created_at": _milliseconds(self.here.clock()),
        }
        with self.here.engine.begin() as connection:
            if connection.execute(select(own_note.c.number).where(same)).first() is None:
                connection.execute(insert(own_note).values(row))

    def of(self, kind: Kind, record_id: str) -> Sequence[str]:
        columns = own_note.c
        mine = (columns.tenant_id == self.here.tenant_id, columns.kind == kind.value, columns.number == _number(record_id))
        query = select(columns.text).where(*mine).order_by(columns.created_at, columns.request_id)
        with self.here.engine.connect() as connection:
            return list(connection.execute(query).scalars())


def _number(record_id: str) -> int:
    try:
        return int(an_id(record_id, "the record"))
    except AnswerUnclear as error:
        raise CrmRecordUnknown(f"there is no record {record_id[:64]!r}") from error


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
