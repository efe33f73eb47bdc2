"""What is written about a ticket after it came in, and the port behind which it is kept.

A customer's words reach a ticket by mail or from the portal, staff's replies from the page or from the process. All of it is
one thread. A customer who answers a closed ticket opens a new one that follows it: its process has ended, the new one has its
own targets, and both show each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from services.crm.tickets import MAXIMUM_TEXT, Ticket

# Mails from every mailbox share one source: the same mail that comes by two ways is one ticket.
MAIL = "mail"
PORTAL = "portal"
STAFF = "staff"
CUSTOMER_REPLIED = "customer_replied"
TICKET_REPLIED = "ticket_replied"
LOWEST_RATING, HIGHEST_RATING = 1, 5
MAXIMUM_COMMENT = 2000


class InvalidMessage(ValueError):
    """A message lacks a text or is too long, or a rating is none."""


class AttachmentUnknown(LookupError):
    """The ticket has no such attachment."""


class MessageKind(StrEnum):
    CUSTOMER = "customer"
    REPLY = "reply"
    # For staff alone.
    NOTE = "note"
    # The desk's own “we have your request”.
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is kept already; `name` is fit to be shown."""

    name: str
    media_type: str
    size: int
    sha256: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A customer's words; `source` and `external_id` together name them once and for all.

    `ticket_id` is the ticket they are about where that is proved, `thread` are Message-IDs they answer, the nearest first.
    """

    source: str
    external_id: str
    text: str
    subject: str = ""
    author_name: str = ""
    author_email: str = ""
    message_id: str = ""
    ticket_id: str | None = None
    thread: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    # Whether the customer gets a mail that says it came.
    acknowledge: bool = False


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """What became of it: `opened` True where it is a ticket of its own. `is_new` False: it had come before."""

    ticket_id: str
    opened: bool
    is_new: bool
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One piece of a ticket's correspondence; number 0 is the ticket's own text."""

    number: int
    kind: MessageKind
    source: str
    author_name: str
    author_email: str
    text: str
    created_at: datetime
    message_id: str = ""
    # False while it waits for the mail room.
    is_handed: bool = True
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A message for a customer that the mail room has not got yet."""

    number: int
    kind: MessageKind
    text: str
    author_name: str
    ticket: Ticket
    # Message-IDs of the thread so far, oldest first.
    thread: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=())


class EventPublisher(Protocol):
    """Publishes a Zeebe message to whoever waits for it at this moment."""

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None: ...


class Correspondence(Protocol):
    """A desk's letters. What is told twice under the same id happens once."""

    def receive(self, message: IncomingMessage) -> MessageReceipt:
        """Take a customer's words in, as a ticket of their own or as an answer. Raises `InvalidMessage`."""
        ...

    def reply(self, ticket_id: str, text: str, *, author: str, request_id: str, attachments: Sequence[Attachment] = ()) -> None:
        """Answer the customer. Raises `TicketUnknown`, `InvalidMessage`."""
        ...

    def note(self, ticket_id: str, text: str, *, author: str, request_id: str) -> None:
        """Leave a note for colleagues. Raises `TicketUnknown`, `InvalidMessage`."""
        ...

    def rate(self, ticket_id: str, rating: int, comment: str) -> None:
        """The customer's verdict on a closed ticket. Raises `TicketUnknown`, `InvalidMessage`."""
        ...

    def thread(self, ticket_id: str) -> tuple[ThreadMessage, ...]:
        """Everything written, oldest first, the ticket's own text included. Raises `TicketUnknown`."""
        ...

    def attachment(self, ticket_id: str, number: int) -> Attachment:
        """Raises `TicketUnknown`, `AttachmentUnknown`."""
        ...

    async def publish_answers(self, publisher: EventPublisher, *, limit: int = 200) -> int:
        """Tell the processes of answers and replies they have not heard of; returns how many."""
        ...

    def unhanded(self, *, limit: int = 100) -> list[Reply]:
        """What the mail room has to send and has not got yet, oldest first."""
        ...

    def mark_handed(self, number: int, message_id: str) -> None:
        """The mail room has it, under this Message-ID."""
        ...


def required_text(text: str) -> str:
    """A text without what no database takes.

    Raises:
        InvalidMessage: nothing, or too much.
    """
    cleaned = text.replace("\0", "").strip()
    if not cleaned or len(cleaned) > MAXIMUM_TEXT:
        raise InvalidMessage(f"a message has 1 to {MAXIMUM_TEXT} characters; this one has {len(cleaned)}")
    return cleaned
