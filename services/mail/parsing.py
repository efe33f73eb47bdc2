"""Bytes from anywhere into an `IncomingMail`, within limits on size, parts and depth.

Python's parser never fails on broken mail, it only notes defects; what it can do is take long or nest deeply. Both are bounded
while it works. Headers are read raw (`services.mail.headers`) and by the older of its policies: the header objects of the newer
one raise on some of them. Where it raises all the same, the mail counts as unreadable: one that ended whoever reads the mailbox
would end it again at each next look.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy, compat32

from services.mail import automatic
from services.mail.bodies import attachment_content, attachment_name, text_of
from services.mail.headers import message_ids, sender, text_header, thread_of
from services.mail.incoming import IncomingMail, InvalidMail, MailAttachment

# By this header a desk knows its own mails when they come back.
DESK_MARK = "X-Penstock-Desk"
MAXIMUM_SUBJECT = 500
MAXIMUM_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class MailLimits:
    """Sizes are bytes."""

    mail: int = 25 * 1024 * 1024
    parts: int = 200
    depth: int = 20
    header_bytes: int = 256 * 1024
    attachments: int = 20
    attachment: int = 20 * 1024 * 1024


def parse_mail(raw: bytes, limits: MailLimits | None = None) -> IncomingMail:
    """Read a mail.

    Raises:
        InvalidMail: it is beyond a limit, or nobody can be told from it.
    """
    bounds = limits or MailLimits()
    _require_readable(raw, bounds)
    try:
        return _read(raw, bounds)
    except InvalidMail:
        raise
    except RecursionError as error:
        raise InvalidMail(f"the mail nests parts deeper than {bounds.depth}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise InvalidMail(f"the mail cannot be taken apart ({type(error).__name__})") from error


def _read(raw: bytes, bounds: MailLimits) -> IncomingMail:
    message = BytesParser(_Parts(bounds.parts), policy=compat32).parsebytes(raw)  # type: ignore[arg-type]
    parts = list(_leaves(message, bounds))
    ids = message_ids(message, "Message-ID")
    kept, left_out = _attachments(parts, bounds)
    return IncomingMail(
        identity=ids[0] if ids else f"sha256:{hashlib.sha256(raw).hexdigest()}",
        message_id=ids[0] if ids else "",
        sender=sender(message),
        subject=text_header(message, "Subject", MAXIMUM_SUBJECT),
        text=text_of(parts)[:MAXIMUM_TEXT],
        thread=thread_of(message),
        attachments=kept,
        left_out=left_out,
        nature=automatic.nature_of(message),
        wants_no_acknowledgement=automatic.wants_no_acknowledgement(message),
        bounce=automatic.bounce_of(message),
        desk_mark=text_header(message, DESK_MARK, 100),
    )


def _require_readable(raw: bytes, bounds: MailLimits) -> None:
    if len(raw) > bounds.mail:
        raise InvalidMail(f"the mail has {len(raw)} bytes; at most {bounds.mail} are taken")
    head, _, _body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw[: bounds.header_bytes + 4] else b"\n\n")
    if len(head) > bounds.header_bytes:
        raise InvalidMail(f"the mail's header is longer than {bounds.header_bytes} bytes")


@dataclass
class _Parts:
    """Makes the parser's parts, and stops it at the first one too many: parsing them all would take it long."""

    limit: int
    made: int = -1

    def __call__(self, policy: Policy) -> Message:
        self.made += 1
        if self.made > self.limit:
            raise InvalidMail(f"the mail has more than {self.limit} parts")
        return Message(policy)


def _leaves(message: Message, bounds: MailLimits) -> Iterator[Message]:
    """The parts that hold something; a mail within the mail stays whole."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > bounds.depth:
            raise InvalidMail(f"the mail nests parts deeper than {bounds.depth}")
        # Asked of a single part, the payload would be decoded for nothing, by whatever charset a stranger names.
        # Asked of a single part, the payload would be decoded for nothing, by whatever charset a stranger names.
        children = part.get_payload() if part.is_multipart() and part.get_content_maintype() == "multipart" else None
        if isinstance(children, list):
            waiting.extend((child, depth + 1) for child in reversed(children) if isinstance(child, Message))
        else:
            yield part


def _attachments(parts: list[Message], bounds: MailLimits) -> tuple[tuple[MailAttachment, ...], tuple[str, ...]]:
    kept: list[MailAttachment] = []
    left_out: list[str] = []
    for part in parts:
        name = attachment_name(part)
        if not name:
            continue
        content = attachment_content(part)
        if len(kept) >= bounds.attachments or len(content) > bounds.attachment:
            left_out.append(name)
        elif content:
            kept.append(MailAttachment(name, content))
    return tuple(kept), tuple(left_out)
