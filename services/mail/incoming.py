"""A mail as it came in, read once at the border: finished values, nothing of the wire format behind it."""

from dataclasses import dataclass
from enum import StrEnum


class InvalidMail(ValueError):
    """A mail that cannot be read within the limits: it says which one."""


class Nature(StrEnum):
    """Who or what wrote a mail, as far as its headers tell."""

    PERSON = "person"
    # Made by a program, but about something: a monitoring alert, a form, a mailing list. Taken in, never acknowledged.
    AUTOMATIC = "automatic"
    # An out-of-office note or the like: an answer nobody wrote.
    AUTO_REPLY = "auto_reply"
    # A mail of ours could not be delivered.
    BOUNCE = "bounce"
    # A mail of ours came back.
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Address:
    """`address` is empty where a header holds none that could be answered."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """The same for every spelling of an address."""
        return self.address.casefold()


@dataclass(frozen=True, slots=True)
class MailAttachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says; `permanent` False where the other side still tries."""

    original_message_id: str
    status: str
    diagnostic: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """One mail. `identity` names it once and for all: its Message-ID, or its hash where it has none that is usable."""

    identity: str
    message_id: str
    sender: Address
    subject: str
    text: str
    # Message-IDs this mail answers, the nearest first.
    thread: tuple[str, ...] = ()
    attachments: tuple[MailAttachment, ...] = ()
    # Attachments beyond the limits, by name.
    left_out: tuple[str, ...] = ()
    nature: Nature = Nature.PERSON
    # The sender's programs ask for no automatic answer.
    wants_no_acknowledgement: bool = False
    bounce: Bounce | None = None
    # What stands in the header by which a desk marks its own mails.
    desk_mark: str = ""
