"""Opening a ticket again that was closed by mistake, once per request id."""

from sqlalchemy import Engine, insert, select, update

from services.crm.sql_desk import find_ticket, utc_now
from services.crm.tables import ticket_notes, tickets
from services.crm.tickets import TicketStatus


def reopen(engine: Engine, ticket_id: str, *, why: str, request_id: str, tenant_id: str = "<default>") -> None:
    """Back to where it was: with its team, or new where it never had one. Raises `TicketUnknown`."""
    with engine.begin() as connection:
        ticket = find_ticket(connection, tenant_id, ticket_id)
        same = (ticket_notes.c.ticket_number == ticket["number"], ticket_notes.c.request_id == request_id)
        if connection.execute(select(ticket_notes.c.number).where(*same)).first():
            return
        status = TicketStatus.ASSIGNED if ticket["team"] else TicketStatus.NEW
        change = update(tickets).where(tickets.c.number == ticket["number"])
        connection.execute(change.values(status=status, outcome=None, closed_at=None))
        note = {"ticket_number": ticket["number"], "request_id": request_id, "text": f"opened again: {why}"}
        connection.execute(insert(ticket_notes), {**note, "created_at": utc_now()})
