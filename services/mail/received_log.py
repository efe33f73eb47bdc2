"""What came in and what became of it: the mail room's memory against doing twice and against floods."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.mail.tables import received


class Verdict(StrEnum):
    TICKET = "ticket"
    ANSWER = "answer"
    # Not taken in, because no person wrote it.
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LOOP = "loop"
    # Kept as a file until somebody decides: too many of one sender, or unreadable.
    HELD = "held"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """`detail` is what somebody else said of it: a parser, or the server that sent it back."""

    identity: str
    sender_key: str
    verdict: Verdict
    ticket_id: str = ""
    detail: str = ""
    # Held for its sender's many mails: how many there were within the hour; else 0.
    lately: int = 0
    received_at: datetime | None = None


class ReceivedLog(Protocol):
    def find(self, identity: str) -> ReceivedMail | None:
        """What became of a mail that came before."""
        ...

    def record(self, mail: ReceivedMail) -> None:
        """Remember a mail; the same identity again changes nothing."""
        ...

    def lately_from(self, sender_key: str, span: timedelta) -> int:
        """How many mails a sender has sent within a span of time."""
        ...


@dataclass(frozen=True, slots=True)
class SqlReceivedLog:
    """`ReceivedLog` over one tenant's rows."""

    engine: Engine
    tenant_id: str = "<default>"

    def find(self, identity: str) -> ReceivedMail | None:
        mine = (received.c.tenant_id == self.tenant_id) & (received.c.identity == identity)
        with self.engine.connect() as connection:
            row = connection.execute(select(received).where(mine)).mappings().first()
        if row is None:
            return None
        return ReceivedMail(
            row["identity"],
            row["sender_key"],
            Verdict(row["verdict"]),
            row["ticket_id"],
            row["detail"],
            row["lately"],
            row["received_at"],
        )

    def record(self, mail: ReceivedMail) -> None:
        row = {
            "tenant_id": self.tenant_id,
            "identity": mail.identity,
            "sender_key": mail.sender_key[:320],
            "verdict": mail.verdict,
            "ticket_id": mail.ticket_id,
            "detail": mail.detail[:500],
            "lately": mail.lately,
            "received_at": _now(),
        }
        make = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        with self.engine.begin() as connection:
            connection.execute(make(received).values(**row).on_conflict_do_nothing())

    def lately_from(self, sender_key: str, span: timedelta) -> int:
        columns = received.c
        mine = (columns.tenant_id == self.tenant_id) & (columns.sender_key == sender_key[:320])
        query = select(func.count()).select_from(received).where(mine, columns.received_at > _now() - span)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar_one())


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
