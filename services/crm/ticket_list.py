"""Reading many tickets at once, for reports: as a stream, oldest first."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from services.crm.sql_desk import ticket_of_row
from services.crm.tables import tickets
from services.crm.tickets import Ticket

BATCH = 1000


def tickets_between(engine: Engine, start: datetime, end: datetime, *, tenant_id: str = "<default>") -> Iterator[Ticket]:
    """Tickets taken in from a moment up to, not including, another; a batch at a time, whatever their number."""
    query = (
        select(tickets)
        .where(
            tickets.c.tenant_id == tenant_id,
            tickets.c.created_at >= start.astimezone(UTC).replace(tzinfo=None),
            tickets.c.created_at < end.astimezone(UTC).replace(tzinfo=None),
        )
        .order_by(tickets.c.number)
    )
    with engine.connect() as connection, connection.execute(query, execution_options={"yield_per": BATCH}) as rows:
        for row in rows.mappings():
            yield ticket_of_row(row)
