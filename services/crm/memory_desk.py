"""Tickets in memory, for trying a process without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.crm.assigning import CHOSEN
from services.crm.tickets import (
    Assignment,
    MessagePublisher,
    NewTicket,
    Ticket,
    TicketReceipt,
    TicketStatus,
    TicketUnknown,
)


@dataclass
class InMemoryTicketDesk:
    """`TicketDesk` that forgets everything when it goes."""

    _tickets: dict[str, Ticket] = field(default_factory=dict)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _pending: list[str] = field(default_factory=list)
    _notes: dict[str, dict[str, str]] = field(default_factory=dict)
    _chosen: set[str] = field(default_factory=set)

    def intake(self, tickets: Sequence[NewTicket]) -> list[TicketReceipt]:
        return [self._take(ticket) for ticket in tickets]

    async def publish_pending(
        self, publisher: MessagePublisher, *, limit: int = 500, older_than: timedelta = timedelta()
    ) -> int:
        until = datetime.now(UTC) - older_than
        batch = [ticket_id for ticket_id in self._pending if self._tickets[ticket_id].created_at <= until][:limit]
        for ticket_id in batch:
            ticket = self._tickets[ticket_id]
            variables: Mapping[str, Any] = {"ticket_id": ticket_id, "source": ticket.source}
            identity = f"{ticket.source}:{ticket.external_id}"
            await publisher.publish_once("ticket_received", identity, f"ticket_received:{identity}", variables)
            self._pending.remove(ticket_id)
        return len(batch)

    def get(self, ticket_id: str) -> Ticket:
        if ticket_id not in self._tickets:
            raise TicketUnknown(ticket_id)
        return self._tickets[ticket_id]

    def assign(
        self, ticket_id: str, *, team: str, category: str | None, priority: str, request_id: str, chosen_by: str = ""
    ) -> Assignment:
        changes = {"status": TicketStatus.ASSIGNED, "team": team, "category": category, "priority": priority}
        if ticket_id in self._chosen and not chosen_by:
            for name in CHOSEN:
                del changes[name]
        self._change(ticket_id, request_id, f"assigned to {team}", changes)
        if chosen_by:
            self._chosen.add(ticket_id)
        held = self.get(ticket_id)
        return Assignment(held.team, held.category, held.priority)

    def escalate(self, ticket_id: str, *, lead: str, request_id: str) -> None:
        self._change(ticket_id, request_id, f"target missed, escalated to {lead}", {"status": TicketStatus.ESCALATED})

    def close(self, ticket_id: str, *, outcome: str, reply: str, request_id: str, overrules: bool = False) -> None:
        changes = {"status": TicketStatus.CLOSED, "outcome": outcome, "closed_at": datetime.now(UTC)}
        if self.get(ticket_id).status is TicketStatus.CLOSED and not overrules:
            changes = {}
        self._change(ticket_id, request_id, f"closed as {outcome}" + (f": {reply}" if reply else ""), changes)

    def notes(self, ticket_id: str) -> list[str]:
        self.get(ticket_id)
        return list(self._notes.get(ticket_id, {}).values())

    def _take(self, new: NewTicket) -> TicketReceipt:
        key = (new.source, new.external_id)
        if key in self._ids:
            return TicketReceipt(self._ids[key], is_new=False)
        ticket_id = self._ids[key] = f"T-{len(self._ids) + 1}"
        self._tickets[ticket_id] = Ticket(
            ticket_id=ticket_id,
            source=new.source,
            external_id=new.external_id,
            subject=new.subject,
            text=new.text,
            customer_name=new.customer_name,
            customer_email=new.customer_email,
            status=TicketStatus.NEW,
            created_at=datetime.now(UTC),
        )
        self._pending.append(ticket_id)
        return TicketReceipt(ticket_id, is_new=True)

    def _change(self, ticket_id: str, request_id: str, note: str, changes: Mapping[str, Any]) -> None:
        ticket = self.get(ticket_id)
        notes = self._notes.setdefault(ticket_id, {})
        if request_id not in notes:
            notes[request_id] = note
            self._tickets[ticket_id] = replace(ticket, **changes)
