"""Customers and deals of the built-in CRM behind the port `ChangeTarget`; a record is written `customer:7`, `deal:3`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from services.changes import PlannedRequest, Reading, RecordUnknown, Write, WriteConflict, WriteRefused
from services.crm.connectors import CrmRecordUnknown, CrmRefused
from services.crm.field_origins import Origin
from services.crm.own_edits import OwnEdits, OwnRecordChanged, OwnWrite

ORIGINS = {"person": Origin.HAND, "import": Origin.IMPORT}


@dataclass(frozen=True, slots=True)
class OwnCrmTarget:
    """A field's write, its key and its origin are one transaction."""

    settles_within: ClassVar[float] = 0

    edits: OwnEdits

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        return await asyncio.to_thread(self._read, record, fields)

    def _read(self, record: str, fields: Sequence[str]) -> Reading:
        try:
            found = self.edits.read(record)
        except CrmRecordUnknown as error:
            raise RecordUnknown(str(error)) from error
        if unknown := set(fields) - set(found.values):
            raise RecordUnknown(f"{record} has no field {min(unknown)!r}; it has {', '.join(sorted(found.values))}")
        by_hand = frozenset(name for name, each in self.edits.origins(record).items() if each.origin is Origin.HAND)
        label = found.values.get("name") or found.values.get("title") or ""
        return Reading({name: found.values[name] for name in fields}, label=label[:200], by_hand=by_hand)

    def render(self, write: Write) -> PlannedRequest:
        condition = {"If-Unchanged": "yes", "Idempotency-Key": write.idempotency_key}
        return PlannedRequest("UPDATE", f"crm/{write.record}", condition, {write.field: write.after})

    async def apply(self, write: Write) -> None:
        origin = ORIGINS.get(write.author_kind, Origin.PROGRAM)
        wanted = OwnWrite(write.field, write.before, write.after, write.idempotency_key, origin, write.author)
        try:
            await asyncio.to_thread(self.edits.write, write.record, wanted)
        except CrmRecordUnknown as error:
            raise RecordUnknown(str(error)) from error
        except OwnRecordChanged as error:
            raise WriteConflict(str(error)) from error
        except CrmRefused as error:
            raise WriteRefused(str(error)) from error
