"""What a request holds: blocks of data, a language, the shape of the answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BLOCK = re.compile(r"<data (\w+) ([^>\n]{1,80})>\n(.*?)\n</data \1>", re.DOTALL)
_LANGUAGE = re.compile(r'language\s+"([a-z]{2})"')
_WORD = re.compile(r"[^\W_]{3,}")
# Long enough to tell words apart, short enough to forgive endings, in English and in Russian.
STEM = 5


@dataclass(frozen=True, slots=True)
class Question:
    blocks: tuple[tuple[str, str], ...]
    language: str
    shape: frozenset[str]
    labels: tuple[str, ...]
    text: str

    def block(self, name: str) -> str:
        return next((text for each, text in self.blocks if each == name), "")

    @property
    def passages(self) -> dict[int, str]:
        """By the number in the block's name: `passage 2`."""
        named = ((name.removeprefix("passage "), text) for name, text in self.blocks if name.startswith("passage "))
        return {int(number): text for number, text in named if number.isascii() and number.isdigit()}


def read_question(messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> Question:
    text = {role: "\n".join(_content(each) for each in messages if each.get("role") == role) for role in ("system", "user")}
    properties = schema.get("properties", {})
    blocks = tuple((name.strip(), body) for _mark, name, body in _BLOCK.findall(text["user"]))
    language = _LANGUAGE.search(text["system"])
    label = properties.get("label", {}) if isinstance(properties, Mapping) else {}
    labels = tuple(str(each) for each in label.get("enum", ())) if isinstance(label, Mapping) else ()
    return Question(blocks, language[1] if language else "en", frozenset(properties), labels, text["user"])


def stems(text: str) -> set[str]:
    return {word[:STEM] for word in _WORD.findall(text.lower())}


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""
