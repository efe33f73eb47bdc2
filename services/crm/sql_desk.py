"""The built-in CRM: tickets in SQL, on SQLite or PostgreSQL.

Intake and announcement are two steps (the outbox pattern): a ticket is saved with its transaction, then announced to Zeebe. A
crash between the two leaves it unannounced, and the next `publish_pending` announces it under the same message id.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.dml import ReturningInsert

from services.crm.assigning import give, told
from services.crm.correspondence import MessageKind
from services.crm.field_origins import TICKET, Place
from services.crm.message_rows import add_message
from services.crm.tables import ticket_notes, tickets
from services.crm.tickets import (
    Assignment,
    MessagePublisher,
    NewTicket,
    Ticket,
    TicketReceipt,
    TicketStatus,
    TicketUnknown,
    customer_key,
)

MESSAGE_NAME = "ticket_received"
ANNOUNCED_AT_ONCE = 32
INTAKE_TRIES = 3

# Every ticket asks these: they are put together once.
_FIND = select(tickets).where(tickets.c.number == bindparam("of_number"), tickets.c.tenant_id == bindparam("of_tenant"))
_FIND_TO_CHANGE = _FIND.with_for_update()
_TICKET = update(tickets).where(tickets.c.number == bindparam("of_number"))
_OPEN_TICKET = _TICKET.where(tickets.c.status != TicketStatus.CLOSED)


@cache
def _note_once(dialect_name: str) -> ReturningInsert[Any]:
    make = postgresql.insert if dialect_name == "postgresql" else sqlite.insert
    return make(ticket_notes).on_conflict_do_nothing().returning(ticket_notes.c.number)


@dataclass(frozen=True, slots=True)
class SqlTicketDesk:
    """`TicketDesk` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"
    # The trace in which a ticket is taken in; its announcement, by whoever makes it, belongs there as well.
    traceparent: Callable[[], str] = str

    def intake(self, new: Sequence[NewTicket]) -> list[TicketReceipt]:
        """Taking in twice is taking in once, so a database that was only busy is asked again, over another connection."""
        for _turn in range(INTAKE_TRIES - 1):
            try:
                return self._take_in(new)
            except OperationalError as error:
                if not error.connection_invalidated:
                    raise
        return self._take_in(new)

    def _take_in(self, new: Sequence[NewTicket]) -> list[TicketReceipt]:
        if not new:
            return []
        with self.engine.begin() as connection:
            known = self._numbers(connection, new)
            fresh = {(ticket.source, ticket.external_id): ticket for ticket in reversed(new)}
            rows = [self._row(ticket) for key, ticket in reversed(fresh.items()) if key not in known]
            if rows:
                connection.execute(self._insert_once(), rows)
            numbers = known if not rows else self._numbers(connection, new)
        receipts = []
        for ticket in new:
            key = (ticket.source, ticket.external_id)
            receipts.append(TicketReceipt(ticket_id_of(numbers[key]), key not in known))
            known.setdefault(key, numbers[key])
        return receipts

    async def publish_pending(
        self, publisher: MessagePublisher, *, limit: int = 500, older_than: timedelta = timedelta()
    ) -> int:
        query = (
            select(tickets.c.number, tickets.c.source, tickets.c.external_id, tickets.c.traceparent)
            .where(
                tickets.c.announced_at.is_(None),
                tickets.c.tenant_id == self.tenant_id,
                tickets.c.created_at <= utc_now() - older_than,
            )
            .order_by(tickets.c.number)
            .limit(limit)
        )
        with self.engine.connect() as connection:
            pending = connection.execute(query).all()
        announced: list[int] = []
        try:
            for start in range(0, len(pending), ANNOUNCED_AT_ONCE):
                batch = pending[start : start + ANNOUNCED_AT_ONCE]
                answers = await asyncio.gather(*(_announce(publisher, *row) for row in batch), return_exceptions=True)
                announced += [row.number for row, answer in zip(batch, answers, strict=True) if answer is None]
                failures = [answer for answer in answers if answer is not None]
                if failures:
                    raise failures[0]
        finally:
            if announced:
                with self.engine.begin() as connection:
                    done = update(tickets).where(tickets.c.number.in_(announced))
                    connection.execute(done.values(announced_at=utc_now()))
        return len(announced)

    def get(self, ticket_id: str) -> Ticket:
        with self.engine.connect() as connection:
            return ticket_of_row(self._find(connection, ticket_id))

    def assign(
        self, ticket_id: str, *, team: str, category: str | None, priority: str, request_id: str, chosen_by: str = ""
    ) -> Assignment:
        wanted = Assignment(team, category, priority)
        with self.engine.begin() as connection:
            ticket = find_ticket(connection, self.tenant_id, ticket_id, to_change=True)
            # Written before it is looked who filled what: nobody else changes the ticket from here on, on SQLite either.
            note = self._note(connection, ticket["number"], request_id, told(wanted, wanted))
            if note is None:
                return Assignment(ticket["team"], ticket["category"], ticket["priority"])
            held = give(connection, Place(self.tenant_id, TICKET, ticket["number"]), wanted, chosen_by)
            if held != wanted:
                change = update(ticket_notes).where(ticket_notes.c.number == note)
                connection.execute(change.values(text=told(wanted, held)))
        return held

    def escalate(self, ticket_id: str, *, lead: str, request_id: str) -> None:
        self._change(ticket_id, request_id, f"target missed, escalated to {lead}", {"status": TicketStatus.ESCALATED})

    def close(self, ticket_id: str, *, outcome: str, reply: str, request_id: str, overrules: bool = False) -> None:
        changes = {"status": TicketStatus.CLOSED, "outcome": outcome, "closed_at": utc_now()}
        note = f"closed as {outcome}" + (f": {reply}" if reply else "")
        self._change(ticket_id, request_id, note, changes, reply=reply, only_open=not overrules)

    def notes(self, ticket_id: str) -> list[str]:
        with self.engine.connect() as connection:
            number = self._find(connection, ticket_id)["number"]
            query = select(ticket_notes.c.text).where(ticket_notes.c.ticket_number == number)
            return list(connection.scalars(query.order_by(ticket_notes.c.number)))

    def _change(
        self,
        ticket_id: str,
        request_id: str,
        note: str,
        changes: Mapping[str, Any],
        *,
        reply: str = "",
        only_open: bool = False,
    ) -> None:
        """Change a ticket and note it, once per request id; a reply goes to the customer."""
        with self.engine.begin() as connection:
            ticket = self._find(connection, ticket_id)
            number = ticket["number"]
            if self._note(connection, number, request_id, note) is None:
                return
            where = _OPEN_TICKET if only_open else _TICKET
            connection.execute(where.values({tickets.c[name]: value for name, value in changes.items()}), {"of_number": number})
            if reply.strip():
                add_message(connection, ticket, MessageKind.REPLY, "process", f"{number}:{request_id}", text=reply)

    def _note(self, connection: Connection, number: int, request_id: str, text: str) -> int | None:
        """The new note's number; None where this request came before."""
        row = {"ticket_number": number, "request_id": request_id, "text": text, "created_at": utc_now()}
        found: int | None = connection.scalar(_note_once(self.engine.dialect.name), row)
        return found

    def _find(self, connection: Connection, ticket_id: str) -> RowMapping:
        return find_ticket(connection, self.tenant_id, ticket_id)

    def _numbers(self, connection: Connection, new: Sequence[NewTicket]) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {}
        for source in {ticket.source for ticket in new}:
            ids = [ticket.external_id for ticket in new if ticket.source == source]
            for start in range(0, len(ids), 500):
                query = select(tickets.c.external_id, tickets.c.number).where(
                    tickets.c.tenant_id == self.tenant_id,
                    tickets.c.source == source,
                    tickets.c.external_id.in_(ids[start : start + 500]),
                )
                found.update({(source, external_id): number for external_id, number in connection.execute(query)})
        return found

    def _insert_once(self) -> postgresql.Insert | sqlite.Insert:
        """An insert that steps back where another process took the same ticket in at the same moment."""
        if self.engine.dialect.name == "postgresql":
            return postgresql.insert(tickets).on_conflict_do_nothing()
        return sqlite.insert(tickets).on_conflict_do_nothing()

    def _row(self, ticket: NewTicket) -> dict[str, Any]:
        return {
            "tenant_id": self.tenant_id,
            "source": ticket.source,
            "external_id": ticket.external_id,
            "subject": ticket.subject,
            "text": ticket.text,
            "customer_name": ticket.customer_name,
            "customer_email": ticket.customer_email,
            "customer_key": customer_key(ticket.customer_email),
            "status": TicketStatus.NEW,
            "created_at": utc_now(),
            "traceparent": self.traceparent() or None,
        }


async def _announce(publisher: MessagePublisher, number: int, source: str, external_id: str, traceparent: str | None) -> None:
    # Personal data stays here: the process gets an id and asks for the text where it needs it.
    variables: dict[str, Any] = {"ticket_id": ticket_id_of(number), "source": source}
    if traceparent:
        variables["traceparent"] = traceparent
    # Not the number: a database made anew counts from 1 again, and an engine may still know a T-1.
    identity = f"{source}:{external_id}"
    await publisher.publish_once(MESSAGE_NAME, identity, f"{MESSAGE_NAME}:{identity}", variables)


def ticket_id_of(number: int) -> str:
    return f"T-{number}"


def find_ticket(connection: Connection, tenant_id: str, ticket_id: str, *, to_change: bool = False) -> RowMapping:
    """A ticket's row; locked on PostgreSQL where it is read `to_change` it.

    Raises:
        TicketUnknown: this tenant has none of this id.
    """
    number = number_of(ticket_id)
    asked = {"of_number": number, "of_tenant": tenant_id}
    query = _FIND_TO_CHANGE if to_change else _FIND
    row = None if number is None else connection.execute(query, asked).mappings().first()
    if row is None:
        raise TicketUnknown(ticket_id)
    return row


def number_of(ticket_id: str) -> int | None:
    """The number in a ticket's id; None where it is no such id."""
    digits = ticket_id.removeprefix("T-")
    # SQLite's and PostgreSQL's INTEGER ends here.
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) < 2**31
    return int(digits) if is_number else None


def ticket_of_row(row: RowMapping) -> Ticket:
    return Ticket(
        ticket_id=ticket_id_of(row["number"]),
        source=row["source"],
        external_id=row["external_id"],
        subject=row["subject"],
        text=row["text"],
        customer_name=row["customer_name"],
        customer_email=row["customer_email"],
        status=TicketStatus(row["status"]),
        created_at=zoned(row["created_at"]),
        category=row["category"],
        priority=row["priority"],
        team=row["team"],
        outcome=row["outcome"],
        closed_at=maybe_zoned(row["closed_at"]),
        follows=None if row["follows_number"] is None else ticket_id_of(row["follows_number"]),
        replied_at=maybe_zoned(row["replied_at"]),
        rating=row["rating"],
        rating_comment=row["rating_comment"] or "",
        rated_at=maybe_zoned(row["rated_at"]),
    )


def utc_now() -> datetime:
    """UTC without a zone: SQLite keeps none."""
    return datetime.now(UTC).replace(tzinfo=None)


def zoned(stored: datetime) -> datetime:
    """A stored moment with its zone."""
    return stored.replace(tzinfo=UTC)


def maybe_zoned(stored: datetime | None) -> datetime | None:
    return None if stored is None else zoned(stored)
