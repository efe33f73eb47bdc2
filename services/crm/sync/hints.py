"""Records that webhooks say have changed, read at the next run whatever the clock says; a hint that comes twice is one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, delete, insert, select, update

from services.crm.connectors.ports import Hint, Kind
from services.crm.connectors.tables import hint as table

MOST = 200


@dataclass(frozen=True, slots=True)
class HintBox:
    """The hints of one connection."""

    engine: Engine
    connection_id: str

    def put(self, hints: Sequence[Hint], now: int) -> None:
        with self.engine.begin() as connection:
            for each in hints:
                same = self._same(each.kind, each.record_id)
                if not connection.execute(update(table).where(*same).values(told_at=now)).rowcount:
                    row = {"connection_id": self.connection_id, "kind": each.kind.value, "record_id": each.record_id[:64]}
                    connection.execute(insert(table).values(**row, told_at=now))

    def waiting(self) -> list[tuple[Kind, str, int]]:
        query = select(table.c.kind, table.c.record_id, table.c.told_at).where(table.c.connection_id == self.connection_id)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(table.c.told_at).limit(MOST)).all()
        return [(Kind(kind), record_id, told_at) for kind, record_id, told_at in rows]

    def done(self, connection: Connection, kind: Kind, record_id: str, told_at: int) -> None:
        """What was told again meanwhile stays."""
        connection.execute(delete(table).where(*self._same(kind, record_id), table.c.told_at <= told_at))

    def _same(self, kind: Kind, record_id: str) -> tuple[ColumnElement[bool], ...]:
        return (table.c.connection_id == self.connection_id, table.c.kind == kind.value, table.c.record_id == record_id[:64])
