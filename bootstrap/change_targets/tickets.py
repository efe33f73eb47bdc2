"""Tickets of the built-in CRM behind the port `ChangeTarget`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from services.changes import PlannedRequest, Reading, RecordUnknown, Write, WriteConflict, WriteRefused
from services.crm import TicketUnknown
from services.crm.amending import FIELDS, AmendmentConflict, InvalidAmendment, SqlTicketAmendments


@dataclass(frozen=True, slots=True)
class TicketTarget:
    """A ticket's fields; the write and its key are one transaction, so nothing is ever in doubt."""

    settles_within: ClassVar[float] = 0

    amendments: SqlTicketAmendments

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        if unknown := set(fields) - set(FIELDS):
            raise RecordUnknown(
                f"a ticket has no field {min(unknown)!r} that can be changed; it has {', '.join(sorted(FIELDS))}"
            )
        try:
            values = await asyncio.to_thread(self.amendments.read, record)
        except TicketUnknown as error:
            raise RecordUnknown(str(error)) from error
        return Reading({name: values[name] for name in fields}, label=f"{record} · {values['subject']}"[:200])

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
            )
        except TicketUnknown as error:
            raise RecordUnknown(str(error)) from error
        except AmendmentConflict as error:
            raise WriteConflict(str(error)) from error
        except InvalidAmendment as error:
            raise WriteRefused(str(error)) from error
