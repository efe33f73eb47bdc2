"""Did a person write this mail? Headers by which programs say that they did (RFC 3834, RFC 3464, and what is usual beside).

| sign | taken as |
|---|---|
| our own mark, `X-Penstock-Desk` | loop (checked against our secret by the intake) |
| `multipart/report` of delivery, or no return path and a mail daemon as sender | bounce |
| `Auto-Submitted: auto-replied`, `X-Autoreply`, `X-Autorespond`, `Precedence: auto_reply`, no return path | answer of nobody |
| any other `Auto-Submitted` but `no`, `Precedence: bulk`, `list`, `junk`, `List-Id` | automatic: taken in, never acknowledged |
"""

from collections.abc import Iterator
from email.message import Message

from services.mail.headers import decoded_text, message_ids, one_line, raw_header, sender
from services.mail.incoming import Bounce, Nature

MAXIMUM_DIAGNOSTIC = 500
DAEMONS = ("mailer-daemon", "postmaster")
MASS = frozenset({"bulk", "list", "junk"})
REPLY_MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response")
NO_ANSWER_WANTED = frozenset({"all", "autoreply", "oof"})


def nature_of(message: Message) -> Nature:
    submitted = _word(message, "Auto-Submitted")
    precedence = _word(message, "Precedence")
    if _is_report(message) or (_has_null_path(message) and _is_from_daemon(message)):
        return Nature.BOUNCE
    if submitted == "auto-replied" or precedence == "auto_reply" or any(raw_header(message, mark) for mark in REPLY_MARKS):
        return Nature.AUTO_REPLY
    if _has_null_path(message):
        return Nature.AUTO_REPLY
    if submitted not in {"", "no"} or precedence in MASS or raw_header(message, "List-Id"):
        return Nature.AUTOMATIC
    return Nature.PERSON


def wants_no_acknowledgement(message: Message) -> bool:
    wishes = {word.strip() for word in one_line(raw_header(message, "X-Auto-Response-Suppress")).lower().split(",")}
    return bool(wishes & NO_ANSWER_WANTED)


def bounce_of(message: Message) -> Bounce | None:
    """What a delivery report says of the mail it is about; None where this is none."""
    if nature_of(message) is not Nature.BOUNCE:
        return None
    originals: list[str] = []
    action = status = diagnostic = ""
    for part in _walk(message):
        if part.get_content_type() == "message/delivery-status":
            for block in _blocks(part):
                action = action or _word(block, "Action")
                status = status or _word(block, "Status")
                diagnostic = diagnostic or one_line(raw_header(block, "Diagnostic-Code"))[:MAXIMUM_DIAGNOSTIC]
        elif part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            originals += _original_ids(part)
    originals += [*message_ids(message, "In-Reply-To"), *message_ids(message, "References")]
    permanent = action in {"", "failed"} and not status.startswith("4")
    return Bounce(originals[0] if originals else "", status, diagnostic, permanent)


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report" and str(message.get_param("report-type", "")).lower() in {
        "delivery-status",
        "",
    }


def _has_null_path(message: Message) -> bool:
    return one_line(raw_header(message, "Return-Path")) == "<>"


def _is_from_daemon(message: Message) -> bool:
    return sender(message).key.split("@")[0] in DAEMONS


def _word(message: Message, name: str) -> str:
    """A header's first word: parameters and comments behind it do not matter."""
    return one_line(raw_header(message, name)).lower().split(";")[0].split("(")[0].strip()


def _walk(message: Message) -> Iterator[Message]:
    """The direct parts of a report: it has two or three, none of them nested."""
    yield from _children(message)[:10]


def _children(part: Message) -> list[Message]:
    """Of a part that has some; asked of any other, the payload would be decoded by whatever charset a stranger names."""
    payload = part.get_payload() if part.is_multipart() else None
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _blocks(part: Message) -> list[Message]:
    return _children(part)[:20]


def _original_ids(part: Message) -> list[str]:
    if part.is_multipart():
        return [found for child in _children(part)[:1] for found in message_ids(child, "Message-ID")]
    decoded = part.get_payload(decode=True)
    holder = Message()
    for line in decoded_text(decoded if isinstance(decoded, bytes) else b"", None).splitlines()[:500]:
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() == "message-id":
            holder["Message-ID"] = value.strip()
    return message_ids(holder, "Message-ID")
