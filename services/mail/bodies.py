"""Which part of a mail is its text, and which are files."""

from email.message import Message

from services.mail.headers import decoded_text, one_line, text_header
from services.mail.html_text import html_to_text

MAXIMUM_HTML = 2_000_000
MAXIMUM_DECODED = 4_000_000
MAXIMUM_NAME = 500
# Endings of files whose sender gave them no name.
ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf", "message/rfc822": ".eml"}


def text_of(parts: list[Message]) -> str:
    """The readable text: the plain parts, or where they say nothing the HTML ones."""
    plain = [_text(part) for part in parts if _is_body(part, "text/plain")]
    written = "\n\n".join(text for text in plain if text.strip())
    if not written:
        pages = [html_to_text(_text(part)[:MAXIMUM_HTML]) for part in parts if _is_body(part, "text/html")]
        written = "\n\n".join(page for page in pages if page.strip())
    lines = (_without_controls(line).rstrip() for line in written.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(lines).strip()


def attachment_name(part: Message) -> str:
    """The name of a part that is a file, as its sender wrote it; empty for the mail's own text."""
    if _is_body(part, "text/plain") or _is_body(part, "text/html"):
        return ""
    given = _file_name(part)
    media_type = part.get_content_type()
    return given[:MAXIMUM_NAME] or f"file{ENDINGS.get(media_type, '')}"


def attachment_content(part: Message) -> bytes:
    """A part's bytes; a mail within the mail as it was sent."""
    if part.is_multipart():
        return b"".join(_as_sent(child) for child in part.get_payload() if isinstance(child, Message))
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def _as_sent(mail: Message) -> bytes:
    """A mail within the mail; one that cannot be written again counts as empty."""
    try:
        return mail.as_bytes()
    except (ValueError, LookupError, TypeError):
        return b""


def _is_body(part: Message, media_type: str) -> bool:
    is_file = part.get_content_disposition() == "attachment" or bool(_file_name(part))
    return part.get_content_type() == media_type and not is_file


def _file_name(part: Message) -> str:
    """The name a sender gave: as the standard says (RFC 2231), or as many programs write it (RFC 2047)."""
    try:
        given = part.get_filename("") or ""
    except (ValueError, LookupError, TypeError):
        given = ""
    if "=?" in given:
        holder = Message()
        holder["Subject"] = given.replace("\r", " ").replace("\n", " ")
        given = text_header(holder, "Subject", 1000)
    return one_line(given)


def _text(part: Message) -> str:
    decoded = part.get_payload(decode=True)
    content = decoded[:MAXIMUM_DECODED] if isinstance(decoded, bytes) else b""
    charset = part.get_content_charset()
    return decoded_text(content, charset)


def _without_controls(line: str) -> str:
    """Neither nulls, which no database takes, nor halves of characters, which no encoding has."""
    return "".join(
        sign for sign in line if sign == "\t" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign != "\x7f")
    )
