"""Customers and deals of a connected CRM behind the port `ChangeTarget`; a record is written `customer:7`, `deal:3`."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.changes import (
    EffectUnknown,
    PlannedRequest,
    Reading,
    RecordUnknown,
    TargetBusy,
    Write,
    WriteConflict,
    WriteRefused,
)
from services.crm.connectors import (
    AnswerUnclear,
    Crm,
    CrmBusy,
    CrmError,
    CrmRecordUnknown,
    CrmRefused,
    CrmUnanswered,
    Customers,
    Deals,
    Kind,
    NotConnected,
    Record,
)

# A request without an answer may lie in the system's queue a little longer than our own deadline.
SETTLE_SECONDS = 35.0


@dataclass(frozen=True, slots=True)
class CrmTarget:
    """The CRMs know no conditional writes: the field is compared right before it is written, and read back after."""

    name: str
    crm: Callable[[], Crm]
    settles_within: float = SETTLE_SECONDS

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        try:
            found = await asyncio.to_thread(self._get, record)
        except CrmRecordUnknown as error:
            raise RecordUnknown(str(error)) from error
        except CrmError as error:
            raise TargetBusy(f"{self.name}: {error}", error.retry_after if isinstance(error, CrmBusy) else None) from error
        if unknown := set(fields) - set(found.values):
            raise RecordUnknown(f"{record} has no field {min(unknown)!r}; it has {', '.join(sorted(found.values))}")
        label = found.values.get("name") or found.values.get("title") or ""
        values = {name: found.values[name] for name in fields}
        return Reading(values, found.changed_at.isoformat(), f"{self.name} · {label}"[:200])

    def render(self, write: Write) -> PlannedRequest:
        return PlannedRequest("UPDATE", f"{self.name}/{write.record}", {"If-Unchanged": "yes"}, {write.field: write.after})

    async def apply(self, write: Write) -> None:
        await asyncio.to_thread(self._apply, write)

    def _apply(self, write: Write) -> None:
        if write.after is not None and not isinstance(write.after, str):
            raise WriteRefused(f"{write.field} of {write.record} is a text")
        try:
            records, record_id = self._records(write.record)
            held = records.get(record_id).values.get(write.field)
        except CrmRecordUnknown as error:
            raise RecordUnknown(str(error)) from error
        except CrmError as error:
            raise TargetBusy(f"{self.name}: {error}") from error
        if held != (write.before or None):
            raise WriteConflict(f"{write.field} of {write.record} in {self.name} was changed in the meantime")
        self._write(records, record_id, write.field, write.after)

    def _write(self, records: Customers | Deals, record_id: str, field: str, value: str | None) -> None:
        try:
            records.change(record_id, {field: value})
        except CrmRecordUnknown as error:
            raise RecordUnknown(str(error)) from error
        except CrmRefused as error:
            raise WriteRefused(str(error)) from error
        except (CrmBusy, NotConnected) as error:
            raise TargetBusy(f"{self.name}: {error}", error.retry_after if isinstance(error, CrmBusy) else None) from error
        except (CrmUnanswered, AnswerUnclear) as error:
            raise EffectUnknown(f"{self.name}: {error}") from error

    def _get(self, record: str) -> Record:
        records, record_id = self._records(record)
        return records.get(record_id)

    def _records(self, record: str) -> tuple[Customers | Deals, str]:
        kind, _, record_id = record.partition(":")
        crm = self.crm()
        found: Customers | Deals | None = {Kind.CUSTOMER.value: crm.customers, Kind.DEAL.value: crm.deals}.get(kind)
        if found is None:
            raise CrmRecordUnknown(f"{self.name} has no record {record[:80]!r}; write customer:NUMBER or deal:NUMBER")
        return found, record_id
