"""A value's difference as people read it: words that went and words that came; objects line by line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import msgspec

from services.changes.nouns import Json

# Two texts of this many words are compared in some milliseconds; longer ones are shown whole.
MAX_WORDS = 2_000
WORDS = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Both sides in parts; joined they are the whole texts. An empty side is an empty field."""

    before: tuple[Part, ...]
    after: tuple[Part, ...]


def readable(value: Json) -> str:
    """A value as text: strings as they are, everything else as JSON, objects and lists over several lines."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    encoded = msgspec.json.encode(value)
    return (msgspec.json.format(encoded, indent=2) if isinstance(value, dict | list) else encoded).decode()


def difference(before: Json, after: Json) -> Difference:
    """What differs between two values."""
    left, right = WORDS.findall(readable(before)), WORDS.findall(readable(after))
    if not left or not right or len(left) > MAX_WORDS or len(right) > MAX_WORDS:
        return Difference(_whole(left), _whole(right))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.3:
        return Difference(_whole(left), _whole(right))
    gone: list[Part] = []
    came: list[Part] = []
    for tag, left_from, left_to, right_from, right_to in matcher.get_opcodes():
        _add(gone, left[left_from:left_to], is_changed=tag != "equal")
        _add(came, right[right_from:right_to], is_changed=tag != "equal")
    return Difference(tuple(gone), tuple(came))


def _whole(words: Sequence[str]) -> tuple[Part, ...]:
    return (Part("".join(words), is_changed=True),) if words else ()


def _add(parts: list[Part], words: Sequence[str], *, is_changed: bool) -> None:
    if words:
        parts.append(Part("".join(words), is_changed))
