"""Giving a ticket to a team, its category and priority with it: what a person filled in stays as it is.

Within a transaction of the caller's, who holds the ticket's lock.
"""

from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, update

from services.crm.field_origins import Origin, Place, origins_of, remember
from services.crm.tables import tickets
from services.crm.tickets import Assignment, TicketStatus

# What a person who checks a classification has the word on; the team follows from a rule.
CHOSEN = ("category", "priority")
_HELD = (tickets.c.team, tickets.c.category, tickets.c.priority)
_TICKET = update(tickets).where(tickets.c.number == bindparam("of_number")).returning(*_HELD)


def give(connection: Connection, place: Place, wanted: Assignment, chosen_by: str) -> Assignment:
    """What the ticket holds then."""
    asked = asdict(wanted)
    stays = {name for name, each in origins_of(connection, place).items() if each.origin is Origin.HAND}
    if chosen_by:
        stays -= set(CHOSEN)
    # Who emptied a field has left it to whoever comes next.
    filled = {name: func.coalesce(func.nullif(tickets.c[name], ""), asked[name]) for name in stays & asked.keys()}
    change = _TICKET.values(status=TicketStatus.ASSIGNED, **{**asked, **filled})
    held = connection.execute(change, {"of_number": place.number}).one()
    if chosen_by:
        chosen = [name for name in CHOSEN if asked[name] is not None]
        remember(connection, place, chosen, Origin.HAND, chosen_by, datetime.now(UTC))
    return Assignment(*held)


def told(wanted: Assignment, held: Assignment) -> str:
    """What the ticket's history says of it."""
    stayed = [f"{name} stays {value}" for name, value in asdict(held).items() if value != getattr(wanted, name)]
    return f"assigned to {held.team}" + (f"; as a person filled it in, {', '.join(stayed)}" if stayed else "")
