"""A mail of ours, complete: headers that keep the thread together and tell other programs not to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from services.mail.headers import ADDRESS, one_line
from services.mail.incoming import MailAttachment
from services.mail.parsing import DESK_MARK
from services.mail.sender import DeskSender


class InvalidLetter(ValueError):
    """A letter nobody could be sent."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent. `request_id` names it once and for all; `subject_id` is what it is about."""

    request_id: str
    subject_id: str
    recipient: str
    subject: str
    text: str
    recipient_name: str = ""
    # Message-IDs of the thread so far, oldest first.
    thread: tuple[str, ...] = ()
    attachments: Sequence[MailAttachment] = ()
    # auto-replied for a receipt, auto-generated for a notice; empty where a person wrote it.
    auto_submitted: str = ""
    is_secret: bool = False


def write_letter(letter: Letter, sender: DeskSender, now: datetime | None = None) -> tuple[str, bytes]:
    """Its Message-ID and its bytes.

    Raises:
        InvalidLetter: the recipient is no address.
    """
    if not ADDRESS.fullmatch(letter.recipient) or not letter.recipient.isascii():
        raise InvalidLetter(f"{letter.recipient[:100]!r} is no address that mail can be sent to")
    message_id = sender.message_id(letter.request_id)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((sender.name, sender.address), "utf-8")
    mail["To"] = formataddr((one_line(letter.recipient_name), letter.recipient), "utf-8")
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(now or datetime.now(UTC))
    mail["Message-ID"] = message_id
    if letter.thread:
        mail["In-Reply-To"] = letter.thread[-1]
        mail["References"] = " ".join(letter.thread)
    mail[DESK_MARK] = sender.mark
    if letter.auto_submitted:
        mail["Auto-Submitted"] = letter.auto_submitted
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text)
    for each in letter.attachments:
        mail.add_attachment(each.content, maintype="application", subtype="octet-stream", filename=each.name)
    return message_id, mail.as_bytes()
