"""Changing single fields of tickets, each only if it still holds what was seen, once per request id, and kept by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from sqlalchemy import Engine, insert, select, update

from services.crm.field_origins import TICKET, FieldOrigin, Origin, Place, origins_of, remember
from services.crm.sql_desk import find_ticket
from services.crm.tables import ticket_notes, tickets
from services.crm.tickets import customer_key

DEFAULT_TENANT = "<default>"
# The fields a change may name, with the longest text each takes, and whether the table knows null for it.
FIELDS: Mapping[str, tuple[int, bool]] = MappingProxyType(
    {
        "subject": (500, False),
        "customer_name": (200, False),
        "customer_email": (320, False),
        "category": (100, True),
        "priority": (20, True),
        "team": (100, True),
    }
)


class AmendmentConflict(Exception):
    """The field no longer holds what the change was made from."""


class InvalidAmendment(ValueError):
    """The field does not take this value."""


@dataclass(frozen=True, slots=True)
class SqlTicketAmendments:
    """Over one tenant's tickets."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def read(self, ticket_id: str) -> Mapping[str, str | None]:
        """Raises `TicketUnknown`."""
        with self.engine.connect() as connection:
            row = find_ticket(connection, self.tenant_id, ticket_id)
        # What was never filled in is empty, whichever way the table says so.
        return {name: row[name] or None for name in FIELDS}

    def origins(self, ticket_id: str) -> Mapping[str, FieldOrigin]:
        """Of each field that was filled with its origin known. Raises `TicketUnknown`."""
        with self.engine.connect() as connection:
            return origins_of(connection, self._place(find_ticket(connection, self.tenant_id, ticket_id)["number"]))

    def amend(
        self,
        ticket_id: str,
        name: str,
        *,
        before: object,
        after: object,
        request_id: str,
        author: str,
        origin: Origin = Origin.HAND,
    ) -> None:
        """Set a field and note who did.

        Raises:
            TicketUnknown, InvalidAmendment.
            AmendmentConflict: the field holds something else than `before`.
        """
        value = _checked(name, after)
        with self.engine.begin() as connection:
            number = find_ticket(connection, self.tenant_id, ticket_id)["number"]
            # Written first: the lock it takes lets nobody else between the look and the change.
            connection.execute(update(tickets).where(tickets.c.number == number).values(source=tickets.c.source))
            same_request = (ticket_notes.c.ticket_number == number) & (ticket_notes.c.request_id == request_id)
            if connection.execute(select(ticket_notes.c.number).where(same_request)).first():
                return
            held = find_ticket(connection, self.tenant_id, ticket_id)[name] or None
            if held != before:
                raise AmendmentConflict(f"{name} of {ticket_id} was changed in the meantime")
            # Whose ticket it is at the portal goes with the address.
            owner = {"customer_key": customer_key(value or "")} if name == "customer_email" else {}
            connection.execute(update(tickets).where(tickets.c.number == number).values({name: value, **owner}))
            now = datetime.now(UTC)
            remember(connection, self._place(number), [name], origin, author, now)
            note = {
                "ticket_number": number,
                "request_id": request_id,
                "text": f"{name} changed for {author}: {held or '–'} → {value or '–'}",
                "created_at": now,
            }
            connection.execute(insert(ticket_notes), note)

    def _place(self, number: int) -> Place:
        return Place(self.tenant_id, TICKET, number)


def _checked(name: str, value: object) -> str | None:
    if name not in FIELDS:
        raise InvalidAmendment(f"a ticket has no field {name!r} that can be changed")
    longest, may_be_null = FIELDS[name]
    if value is None or value == "":
        return None if may_be_null else ""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise InvalidAmendment(f"{name} of a ticket is a text of at most {longest} characters")
    return value
