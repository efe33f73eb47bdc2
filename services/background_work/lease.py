"""A lease in the database: of all that want it, one holds it, and a new holder gets a greater token than all before."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.background_work.moments import Clock, milliseconds, system_clock
from services.background_work.tables import background_lease

LEASE = background_lease.c


class Lease(Protocol):
    """Something only one of many processes may hold."""

    def hold(self) -> int | None:
        """Take or keep the lease; returns its token, None while another holds it."""
        ...

    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SqlLease:
    """Kept by calling `hold` more often than every `seconds`; whoever stops doing so loses it."""

    engine: Engine
    name: str
    holder: str
    seconds: float = 15.0
    clock: Clock = system_clock

    def hold(self) -> int | None:
        now = milliseconds(self.clock)
        until = now + int(self.seconds * 1000)
        with self.engine.begin() as connection:
            _make_row(connection, self.name)
            keep = update(background_lease).where(LEASE.name == self.name, LEASE.holder == self.holder, LEASE.held_until > now)
            if not connection.execute(keep.values(held_until=until)).rowcount:
                free = update(background_lease).where(LEASE.name == self.name, LEASE.held_until <= now)
                connection.execute(free.values(holder=self.holder, token=LEASE.token + 1, held_until=until))
            mine = select(LEASE.token).where(LEASE.name == self.name, LEASE.holder == self.holder)
            return connection.execute(mine).scalar()

    def release(self) -> None:
        """Let the next one have it at once."""
        with self.engine.begin() as connection:
            mine = update(background_lease).where(LEASE.name == self.name, LEASE.holder == self.holder)
            connection.execute(mine.values(held_until=0))


def _make_row(connection: Connection, name: str) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = insert(background_lease).values(name=name, holder="", token=0, held_until=0)
    connection.execute(row.on_conflict_do_nothing())
