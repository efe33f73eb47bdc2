"""One process synchronises a connection at a time; a killed one holds it no longer than its lease."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, CursorResult, Engine, update

from services.crm.connectors.tables import connection as table

# Longer than the slowest page with all its repetitions may take.
LEASE_MILLISECONDS = 300_000


class Busy(Exception):
    """Another process synchronises this connection now."""


class LeaseLost(Exception):
    """This process was thought dead, and another took over; nothing of this page was written."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Held by `holder`; every page prolongs it in its own transaction."""

    connection_id: str
    clock: Callable[[], int]
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)

    def take(self, engine: Engine) -> None:
        """Raises `Busy`."""
        free = (table.c.holder == "") | (table.c.held_until < self.clock())
        values = {"holder": self.holder, "held_until": self.clock() + LEASE_MILLISECONDS}
        statement = update(table).where(table.c.connection_id == self.connection_id, free).values(**values)
        with engine.begin() as connection:
            if not cast("CursorResult[object]", connection.execute(statement)).rowcount:
                raise Busy(f"connection {self.connection_id} is synchronised by another process")

    def prolong(self, connection: Connection) -> None:
        """Raises `LeaseLost`."""
        mine = (table.c.connection_id == self.connection_id) & (table.c.holder == self.holder)
        statement = update(table).where(mine).values(held_until=self.clock() + LEASE_MILLISECONDS)
        if not connection.execute(statement).rowcount:
            raise LeaseLost(f"connection {self.connection_id} was taken over by another process")

    def give_back(self, engine: Engine) -> None:
        mine = (table.c.connection_id == self.connection_id) & (table.c.holder == self.holder)
        with engine.begin() as connection:
            connection.execute(update(table).where(mine).values(holder="", held_until=0))
