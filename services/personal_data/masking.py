"""Replace personal data by numbered placeholders such as `[EMAIL_1]`.

Recognisers run from the most to the least certain; what one has taken, none after it sees. A number counts as an IBAN, card,
INN or SNILS only when its check digits are right, so that order and ticket numbers stay readable. Names and addresses have no
pattern: the caller gives those that the customer's record knows.

Masking the same text with the same names gives the same placeholders, so the way back needs no stored secret beside the text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import phonenumbers
import regex
from stdnum import iban, luhn
from stdnum.ru import inn

# A matcher yields (start, end) of each finding.
type Matcher = Callable[[str], Iterator[tuple[int, int]]]

MAXIMUM_LENGTH = 200_000
# Regions whose local spelling of a phone number is understood; others need +country.
PHONE_REGIONS = ("RU", "US", "GB", "DE")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and what each placeholder stands for."""

    text: str
    originals: Mapping[str, str] = field(default_factory=dict)


def mask(text: str, known: Mapping[str, Iterable[str]] = MappingProxyType({})) -> Masked:
    """Mask personal data; `known` maps a kind (`NAME`, `ADDRESS`) to spellings from the customer's record.

    Raises:
        ValueError: the text is longer than 200,000 characters.
    """
    if len(text) > MAXIMUM_LENGTH:
        message = f"a text of {len(text)} characters is longer than the {MAXIMUM_LENGTH} that can be masked"
        raise ValueError(message)
    spans: list[tuple[int, int, str]] = []
    for kind, matcher in (*_MATCHERS, *((kind, _literals(spellings)) for kind, spellings in known.items())):
        spans.extend((start, end, kind) for start, end in matcher(text) if not _overlaps(spans, start, end))
    return _replace(text, sorted(spans))


def unmask(text: str, originals: Mapping[str, str]) -> str:
    """Put the originals back; placeholders nobody knows stay as they are."""
    return _PLACEHOLDER.sub(lambda match: originals.get(match[0], match[0]), text)


_PLACEHOLDER = regex.compile(r"\[[A-Z]+_\d+\]")


def _replace(text: str, spans: list[tuple[int, int, str]]) -> Masked:
    placeholders: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    parts, end_of_last = [], 0
    for start, end, kind in spans:
        original = text[start:end]
        if (kind, original) not in placeholders:
            counts[kind] = counts.get(kind, 0) + 1
            # A text may already hold what looks like a placeholder; ours must be new to it.
            while f"[{kind}_{counts[kind]}]" in text:
                counts[kind] += 1
            placeholders[kind, original] = f"[{kind}_{counts[kind]}]"
        parts += [text[end_of_last:start], placeholders[kind, original]]
        end_of_last = end
    parts.append(text[end_of_last:])
    return Masked("".join(parts), {placeholder: original for (_kind, original), placeholder in placeholders.items()})


def _overlaps(spans: list[tuple[int, int, str]], start: int, end: int) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end, _kind in spans)


def _pattern(pattern: str, accept: Callable[[str], bool] = lambda _text: True) -> Matcher:
    compiled = regex.compile(pattern, regex.IGNORECASE)

    def matcher(text: str) -> Iterator[tuple[int, int]]:
        for match in compiled.finditer(text):
            if accept(match[0]):
                yield match.span()

    return matcher


def _literals(spellings: Iterable[str]) -> Matcher:
    known = sorted({spelling.strip() for spelling in spellings if len(spelling.strip()) > 1}, key=len, reverse=True)
    if not known:
        return lambda _text: iter(())
    return _pattern(r"\b(?:" + "|".join(regex.escape(spelling) for spelling in known) + r")\b")


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for region in PHONE_REGIONS:
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            yield match.start, match.end


def _is_card(text: str) -> bool:
    digits = regex.sub(r"\D", "", text)
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def _is_snils(text: str) -> bool:
    """The pension fund's check: digits weighted 9 to 1, modulo 101, 100 counting as 0."""
    digits = [int(digit) for digit in text if digit.isdigit()]
    total = sum(weight * digit for weight, digit in zip(range(9, 0, -1), digits[:9], strict=True))
    return total % 101 % 100 == digits[9] * 10 + digits[10]


_MATCHERS: tuple[tuple[str, Matcher], ...] = (
    ("KEY", _pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)(?s)")),
    ("KEY", _pattern(r"\b(?:sk|pk|ghp|gho|xox[abp]|AKIA|AIza|eyJ)[-_A-Za-z0-9.]{16,}\b")),
    ("KEY", _pattern(r"(?<=\b(?:password|passwd|pwd|пароль)\s{0,3}[:=]\s{0,3})\S{4,64}")),
    ("EMAIL", _pattern(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    ("IBAN", _pattern(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", lambda text: bool(iban.is_valid(text)))),
    ("CARD", _pattern(r"\b\d(?:[ -]?\d){12,18}\b", _is_card)),
    ("SNILS", _pattern(r"\b\d{3}-\d{3}-\d{3}[ -]\d{2}\b|(?<=снилс\D{0,5})\d{11}\b", _is_snils)),
    ("PASSPORT", _pattern(r"(?<=(?:паспорт|passport)\D{0,20})\d{2} ?\d{2} ?\d{6}\b|\b\d{2} \d{2} \d{6}\b")),
    ("IP", _pattern(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b")),
    ("INN", _pattern(r"\b(?:\d{12}|\d{10})\b", lambda text: bool(inn.is_valid(text)))),
    ("PHONE", _phones),
)
