"""Tickets of the built-in CRM behind the port `ChangeTarget`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bootstrap.change_targets.own_crm import ORIGINS
from services.changes import PlannedRequest, Reading, RecordUnknown, Write, WriteConflict, WriteRefused
from services.crm import TicketUnknown
from services.crm.amending import FIELDS, AmendmentConflict, InvalidAmendment, SqlTicketAmendments
from services.crm.field_origins import Origin


@dataclass(frozen=True, slots=True)
class TicketTarget:
    """A ticket's fields; the write and its key are one transaction, so nothing is ever in doubt."""

    settles_within: ClassVar[float] = 0

    amendments: SqlTicketAmendments

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        return await asyncio.to_thread(self._read, record, fields)

    def _read(self, record: str, fields: Sequence[str]) -> Reading:
        if unknown := set(fields) - set(FIELDS):
            raise RecordUnknown(
                f"a ticket has no field {min(unknown)!r} that can be changed; it has {', '.join(sorted(FIELDS))}"
            )
        try:
            values, origins = self.amendments.read(record), self.amendments.origins(record)
        except TicketUnknown as error:
            raise RecordUnknown(str(error)) from error
        by_hand = frozenset(name for name, each in origins.items() if each.origin is Origin.HAND)
        label = f"{record} · {values['subject']}"[:200]
        return Reading({name: values[name] for name in fields}, label=label, by_hand=by_hand)

    def render(self, write: Write) -> PlannedRequest:
        condition = {"If-Unchanged": "yes", "Idempotency-Key": write.idempotency_key}
        return PlannedRequest("UPDATE", f"ticket/{write.record}", condition, {write.field: write.after})

    async def apply(self, write: Write) -> None:
        try:
            await asyncio.to_thread(
                self.amendments.amend,
                write.record,
                write.field,
                before=write.before,
                after=write.after,
                request_id=f"change:{write.idempotency_key}",
                author=write.author,
                origin=ORIGINS.get(write.author_kind, Origin.PROGRAM),
            )
        except TicketUnknown as error:
            raise RecordUnknown(str(error)) from error
        except AmendmentConflict as error:
            raise WriteConflict(str(error)) from error
        except InvalidAmendment as error:
            raise WriteRefused(str(error)) from error
