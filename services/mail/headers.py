"""Headers of mails from anywhere: encoded, folded, broken or hostile; what comes out is plain text of bounded length."""

import email.errors
import re
import unicodedata
from collections.abc import Iterator
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from services.mail.incoming import Address

MAXIMUM_HEADER_CHARS = 20_000
MAXIMUM_ADDRESS = 320
MAXIMUM_NAME = 200
MAXIMUM_REFERENCES = 50
MAXIMUM_MESSAGE_ID = 200
MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
ADDRESS = re.compile(r"[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,64}@[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,255}")


def raw_header(message: Message, name: str) -> str:
    """A header's first value as it stands, without trusting that it can be parsed; empty where there is none."""
    wanted = name.lower()
    for key, value in message.raw_items():
        if key.lower() == wanted:
            return str(value)[:MAXIMUM_HEADER_CHARS]
    return ""


def text_header(message: Message, name: str, limit: int) -> str:
    """A header as one line of readable text."""
    return one_line(_decoded(raw_header(message, name)))[:limit].rstrip()


def addresses(message: Message, name: str) -> Iterator[Address]:
    """The addresses of a header that could be answered."""
    unfolded = one_line(_surrogates_repaired(raw_header(message, name)))
    for shown, address in getaddresses([unfolded]):
        # The name is decoded after parsing: an encoded comma or angle bracket must not become part of the address.
        if len(address) <= MAXIMUM_ADDRESS and ADDRESS.fullmatch(address):
            yield Address(one_line(_decoded(shown))[:MAXIMUM_NAME], address)


def sender(message: Message) -> Address:
    """Whom to answer: Reply-To where there is one, under the name of From."""
    writer = next(addresses(message, "From"), Address("", ""))
    answer = next(addresses(message, "Reply-To"), writer)
    return Address(writer.name or answer.name, answer.address)


def message_ids(message: Message, name: str) -> list[str]:
    found: list[str] = MESSAGE_ID.findall(one_line(_surrogates_repaired(raw_header(message, name))))
    return [each for each in found if len(each) <= MAXIMUM_MESSAGE_ID]


def thread_of(message: Message) -> tuple[str, ...]:
    """What a mail answers, the nearest first: In-Reply-To, then References from the last to the first."""
    nearest = [*message_ids(message, "In-Reply-To"), *reversed(message_ids(message, "References"))]
    return tuple(dict.fromkeys(nearest))[:MAXIMUM_REFERENCES]


def one_line(text: str) -> str:
    """White space as single spaces; nothing that cannot be seen."""
    seen = (" " if sign.isspace() else sign for sign in text)
    return " ".join("".join(sign for sign in seen if unicodedata.category(sign) not in {"Cc", "Cs"}).split())


def _decoded(raw: str) -> str:
    """RFC 2047 words decoded; a word that lies about its charset is read as well as can be."""
    text = _surrogates_repaired(raw)
    if "=?" not in text:
        return text
    try:
        parts = decode_header(re.sub(r"\r?\n(?=[ \t])", "", text))
    except (email.errors.HeaderParseError, ValueError):
        return text
    return "".join(decoded_text(part, charset) if isinstance(part, bytes) else part for part, charset in parts)


def decoded_text(content: bytes, charset: str | None) -> str:
    """Bytes as text: in the charset they claim, else UTF-8, else Windows' Cyrillic or Latin, whichever has no gaps."""
    for name in (charset, "utf-8", "cp1251"):
        try:
            if name:
                return content.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content.decode("latin-1")


def _surrogates_repaired(raw: str) -> str:
    """Bytes that a sender put into a header without encoding them."""
    if raw.isascii():
        return raw
    return decoded_text(raw.encode("ascii", "surrogateescape"), None) if _is_raw(raw) else raw


def _is_raw(raw: str) -> bool:
    return all(ord(sign) < 128 or 0xDC80 <= ord(sign) <= 0xDCFF for sign in raw)
