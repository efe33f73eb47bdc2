"""Mails on their way out: kept with the request that asked for them, sent after its commit, tried again until it is clear.

SMTP cannot promise once. A sender that is killed after the server took a mail and before the row says so sends it again, with
the same bytes and the same Message-ID, by which mail servers and readers know a repetition. The state never claims more than is
known: `sent` is written after the server's answer alone.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, RowMapping, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.mail.letter import Letter, write_letter
from services.mail.sender import DeskSender
from services.mail.tables import outgoing

# A sender that holds a mail longer than this has died.
HOLD = timedelta(minutes=5)
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 3600.0
# With these pauses a mail is tried for about nine hours.
ATTEMPTS = 16


class MailState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail that is due, held for whoever asked."""

    number: int
    recipient: str
    message_id: str
    content: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a mail has come."""

    request_id: str
    message_id: str
    state: MailState
    attempts: int
    problem: str
    sent_at: datetime | None


class Outbox(Protocol):
    """Where mails wait. The same `request_id` twice is one mail."""

    def put(self, letter: Letter) -> str:
        """Keep a letter for sending; its Message-ID. Raises `InvalidLetter`."""
        ...

    def take_due(self, limit: int) -> list[OutgoingMail]:
        """Mails to send now, held so that no other sender has them."""
        ...

    def mark_sent(self, number: int) -> None: ...

    def mark_failed(self, number: int, problem: str, *, is_final: bool) -> None:
        """Try again later, or never."""
        ...

    def bounced(self, message_id: str, problem: str) -> str | None:
        """A mail came back; what it was about, None where it is none of ours."""
        ...

    def deliveries(self, subject_id: str) -> Mapping[str, Delivery]:
        """How far the mails about something have come, by request id."""
        ...

    def try_again(self, request_id: str) -> None:
        """A person asks for another attempt of a mail that failed or came back."""
        ...


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """`Outbox` over one tenant's rows."""

    engine: Engine
    sender: DeskSender
    tenant_id: str = "<default>"

    def put(self, letter: Letter) -> str:
        message_id, content = write_letter(letter, self.sender)
        row = {
            "tenant_id": self.tenant_id,
            "request_id": letter.request_id,
            "subject_id": letter.subject_id,
            "recipient": letter.recipient,
            "message_id": message_id,
            "content": content,
            "is_secret": int(letter.is_secret),
            "state": MailState.WAITING,
            "attempts": 0,
            "next_attempt_at": _now(),
            "problem": "",
            "created_at": _now(),
        }
        make = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        with self.engine.begin() as connection:
            connection.execute(make(outgoing).values(**row).on_conflict_do_nothing())
        return message_id

    def take_due(self, limit: int) -> list[OutgoingMail]:
        with self.engine.begin() as connection:
            return [_mail(row) for row in self._due(connection, limit) if self._hold(connection, row)]

    def mark_sent(self, number: int) -> None:
        values: dict[str, Any] = {"state": MailState.SENT, "sent_at": _now(), "problem": "", "held_until": None}
        with self.engine.begin() as connection:
            done = self._mine(number)
            connection.execute(update(outgoing).where(done).values(**values, attempts=outgoing.c.attempts + 1))
            connection.execute(update(outgoing).where(done, outgoing.c.is_secret == 1).values(content=b""))

    def mark_failed(self, number: int, problem: str, *, is_final: bool) -> None:
        with self.engine.begin() as connection:
            attempts = connection.execute(select(outgoing.c.attempts).where(self._mine(number))).scalar_one() + 1
            gives_up = is_final or attempts >= ATTEMPTS
            connection.execute(
                update(outgoing)
                .where(self._mine(number))
                .values(
                    state=MailState.FAILED if gives_up else MailState.WAITING,
                    attempts=attempts,
                    problem=problem[:500],
                    next_attempt_at=None if gives_up else _now() + timedelta(seconds=pause_before(attempts)),
                    held_until=None,
                )
            )

    def bounced(self, message_id: str, problem: str) -> str | None:
        mine = (outgoing.c.tenant_id == self.tenant_id) & (outgoing.c.message_id == message_id)
        with self.engine.begin() as connection:
            subject_id = connection.execute(select(outgoing.c.subject_id).where(mine)).scalar()
            if subject_id is not None:
                connection.execute(update(outgoing).where(mine).values(state=MailState.BOUNCED, problem=problem[:500]))
        return subject_id

    def deliveries(self, subject_id: str) -> Mapping[str, Delivery]:
        columns = outgoing.c
        query = select(
            columns.request_id, columns.message_id, columns.state, columns.attempts, columns.problem, columns.sent_at
        ).where(columns.tenant_id == self.tenant_id, columns.subject_id == subject_id)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            row.request_id: Delivery(
                row.request_id, row.message_id, MailState(row.state), row.attempts, row.problem, _zoned(row.sent_at)
            )
            for row in rows
        }

    def try_again(self, request_id: str) -> None:
        columns = outgoing.c
        gone = (columns.tenant_id == self.tenant_id) & (columns.request_id == request_id)
        values: dict[str, Any] = {"state": MailState.WAITING, "attempts": 0, "next_attempt_at": _now(), "problem": ""}
        with self.engine.begin() as connection:
            ended = columns.state.in_((MailState.FAILED, MailState.BOUNCED))
            connection.execute(update(outgoing).where(gone, ended).values(**values))

    def _due(self, connection: Connection, limit: int) -> Iterable[RowMapping]:
        columns = outgoing.c
        query = (
            select(outgoing)
            .where(
                columns.tenant_id == self.tenant_id,
                columns.state == MailState.WAITING,
                columns.next_attempt_at <= _now(),
                or_(columns.held_until.is_(None), columns.held_until <= _now()),
            )
            .order_by(columns.next_attempt_at, columns.number)
            .limit(limit)
        )
        return connection.execute(query).mappings().all()

    def _hold(self, connection: Connection, row: RowMapping) -> bool:
        """Take a mail unless another sender was quicker."""
        columns = outgoing.c
        is_free = columns.held_until.is_(None) if row["held_until"] is None else columns.held_until == row["held_until"]
        taken = update(outgoing).where(self._mine(row["number"]), columns.state == MailState.WAITING, is_free)
        return connection.execute(taken.values(held_until=_now() + HOLD)).rowcount == 1

    def _mine(self, number: int) -> Any:  # noqa: ANN401  # SQLAlchemy's condition
        return (outgoing.c.number == number) & (outgoing.c.tenant_id == self.tenant_id)


def pause_before(attempts: int) -> float:
    """Seconds until the next attempt after so many: twice as long each time, never all at the same moment."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** max(0, attempts - 1))
    return longest * random.uniform(0.8, 1.2)  # noqa: S311  # spreads load, guards nothing


def _zoned(stored: datetime | None) -> datetime | None:
    return None if stored is None else stored.replace(tzinfo=UTC)


def _mail(row: RowMapping) -> OutgoingMail:
    return OutgoingMail(row["number"], row["recipient"], row["message_id"], row["content"], row["attempts"])


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
