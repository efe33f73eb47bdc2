"""What a ticket is, and the port `TicketDesk` behind which a CRM stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

MAXIMUM_TEXT = 100_000
MAXIMUM_SUBJECT = 500


class TicketStatus(StrEnum):
    NEW = "new"
    ASSIGNED = "assigned"
    ESCALATED = "escalated"
    CLOSED = "closed"


class TicketUnknown(LookupError):
    """The desk has no such ticket (any more)."""

    def __init__(self, ticket_id: str) -> None:
        super().__init__(f"the ticket desk knows no ticket {ticket_id!r}")
        self.ticket_id = ticket_id


class InvalidTicket(ValueError):
    """A ticket lacks a source, an id or a text, or is too long."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket as it comes in; `source` and `external_id` together name it once and for all."""

    source: str
    external_id: str
    text: str
    subject: str = ""
    customer_name: str = ""
    customer_email: str = ""

    def __post_init__(self) -> None:
        for name, limit in (("source", 100), ("external_id", 200), ("text", MAXIMUM_TEXT)):
            value = getattr(self, name)
            if not value.strip() or len(value) > limit:
                message = f"a ticket's {name} needs 1 to {limit} characters; this one has {len(value.strip())}"
                raise InvalidTicket(message)
        if len(self.subject) > MAXIMUM_SUBJECT:
            message = f"a ticket's subject has at most {MAXIMUM_SUBJECT} characters; this one has {len(self.subject)}"
            raise InvalidTicket(message)


@dataclass(frozen=True, slots=True)
class TicketReceipt:
    """`is_new` is False where the same source and id came before: then nothing was done."""

    ticket_id: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Ticket:
    ticket_id: str
    source: str
    external_id: str
    subject: str
    text: str
    customer_name: str
    customer_email: str
    status: TicketStatus
    created_at: datetime
    category: str | None = None
    priority: str | None = None
    team: str | None = None
    outcome: str | None = None
    closed_at: datetime | None = None
    # The closed ticket after which this one's customer wrote again.
    follows: str | None = None
    # When staff first answered.
    replied_at: datetime | None = None
    rating: int | None = None
    rating_comment: str = ""
    rated_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status is not TicketStatus.CLOSED

    @property
    def customer_key(self) -> str:
        return customer_key(self.customer_email)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a ticket holds once it is assigned: what was asked for, or what a person had filled in."""

    team: str | None
    category: str | None
    priority: str | None


def customer_key(address: str) -> str:
    """The same for every spelling of a customer's address."""
    return address.strip().casefold()


class MessagePublisher(Protocol):
    """Publishes a Zeebe message; the same `message_id` twice is published once."""

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None: ...


class TicketDesk(Protocol):
    """Where tickets live. Every change carries a `request_id`; the same one again changes nothing."""

    def intake(self, tickets: Sequence[NewTicket]) -> list[TicketReceipt]:
        """Take tickets in, all or none, each (source, external id) once."""
        ...

    async def publish_pending(
        self, publisher: MessagePublisher, *, limit: int = 500, older_than: timedelta = timedelta()
    ) -> int:
        """Publish `ticket_received` for tickets taken in so long ago, and not yet announced; returns how many."""
        ...

    def get(self, ticket_id: str) -> Ticket:
        """Raises `TicketUnknown`."""
        ...

    def assign(
        self, ticket_id: str, *, team: str, category: str | None, priority: str, request_id: str, chosen_by: str = ""
    ) -> Assignment:
        """Give a ticket to a team. Raises `TicketUnknown`.

        A field that a person filled stays as it is, unless a person chose category and priority: `chosen_by` names them.
        """
        ...

    def escalate(self, ticket_id: str, *, lead: str, request_id: str) -> None:
        """Mark a ticket as late and tell its lead. Raises `TicketUnknown`."""
        ...

    def close(self, ticket_id: str, *, outcome: str, reply: str, request_id: str, overrules: bool = False) -> None:
        """Close a ticket with what the customer is told. Raises `TicketUnknown`.

        One that is closed already keeps its outcome and its time, with a note of this one, unless this `overrules` it: a person
        who merges a ticket is not contradicted by its process, which hears of that later and ends with an outcome of its own.
        """
        ...

    def notes(self, ticket_id: str) -> list[str]:
        """What happened to a ticket, oldest first. Raises `TicketUnknown`."""
        ...
