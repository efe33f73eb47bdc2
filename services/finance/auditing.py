"""Who did what to a month and why, in the transaction that did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select

from services.finance.moments import from_ms, to_ms
from services.finance.months import Month
from services.finance.nouns import DEFAULT_TENANT
from services.finance.tables import audit


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`month` is empty for what concerns them all."""

    month: str
    at: datetime
    person: str
    action: str
    detail: str


def note_down(
    connection: Connection, tenant_id: str, month: Month | None, at: datetime, person: str, action: str, detail: str
) -> None:
    row = {"month": str(month or ""), "at": to_ms(at), "person": person, "action": action, "detail": detail}
    connection.execute(insert(audit).values(tenant_id=tenant_id, **row))


@dataclass(frozen=True, slots=True)
class AuditTrail:
    """What was noted down, for people to read."""

    engine: Engine
    tenant_id: str = DEFAULT_TENANT

    def lines(self, month: Month | None = None, *, limit: int = 200) -> Sequence[AuditLine]:
        """The newest first."""
        query = select(audit).where(audit.c.tenant_id == self.tenant_id)
        if month is not None:
            query = query.where(audit.c.month == str(month))
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(audit.c.number.desc()).limit(limit)).mappings()
            return [AuditLine(row["month"], from_ms(row["at"]), row["person"], row["action"], row["detail"]) for row in rows]
