"""What is refused, in the reader's language.

Errors say in English what, where and what to do; programs and logs read that. For people a text is known again by its template:
`there is no version {0}` stands in a catalog (`translations/<language>/refusals`) beside its translation, and what stood in the
place of `{0}` is put into that. A text that no template fits is shown as it is: better English than nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_PLACE = re.compile(r"\{(\d+)\}")
# What a task failed with is kept as the error's kind and its text.
_KIND = re.compile(r"(?:[A-Z][a-z0-9]+){2,}: ")
# Longer texts were not written by us, and a value may hold a refusal of its own (a line's, a file's), but not without end.
LONGEST = 4_000
DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Template:
    """The words around the places, which are numbered in their order, and the translation."""

    words: tuple[str, ...]
    translation: str

    @classmethod
    def of(cls, text: str, translation: str) -> "Template":
        return cls(tuple(_PLACE.split(text)[::2]), translation)

    @property
    def certainty(self) -> int:
        """The more words must fit, the likelier it is this text."""
        return sum(map(len, self.words))

    def values(self, text: str) -> list[str] | None:
        """What stands in the places; None where the text is another one. Takes no longer than reading the text."""
        first, last = self.words[0], self.words[-1]
        if not text.startswith(first) or not text.endswith(last) or len(text) < self.certainty:
            return None
        begin, end = len(first), len(text) - len(last)
        values = []
        for word in self.words[1:-1]:
            found = text.find(word, begin, end)
            if found < 0:
                return None
            values.append(text[begin:found])
            begin = found + len(word)
        return [*values, text[begin:end]] if begin <= end else None

    def filled(self, values: Sequence[str]) -> str:
        return _PLACE.sub(lambda place: values[int(place[1])], self.translation)


class RefusalTexts:
    """The templates of one language."""

    def __init__(self, catalog: Mapping[str, str]) -> None:
        """`catalog` has templates and their translations."""
        self._whole = {text: translation for text, translation in catalog.items() if not _PLACE.search(text)}
        templates = [Template.of(text, translation) for text, translation in catalog.items() if text not in self._whole]
        self._templates = sorted(templates, key=lambda template: -template.certainty)

    def __call__(self, text: str) -> str:
        """A refusal's text, translated where it is known."""
        if len(text) > LONGEST:
            return text
        kind = found[0] if (found := _KIND.match(text)) else ""
        return kind + self._translated(text.removeprefix(kind), DEEPEST)

    def _translated(self, text: str, depth: int) -> str:
        if text in self._whole:
            return self._whole[text]
        if depth == 0:
            return text
        for template in self._templates:
            values = template.values(text)
            if values is not None and all(values):
                return template.filled([self._translated(value, depth - 1) for value in values])
        return text
