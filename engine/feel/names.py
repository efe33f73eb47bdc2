"""Names with spaces and symbols: which runs of tokens are one name.

FEEL lets `date and time` and `Monthly Fee` be names although they look like several. Only a list of known names can tell:
built-in functions, names the caller declares, and the keys, parameters and loop variables the text itself introduces.
"""

from collections.abc import Iterable

from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import Token, tokenize

KEYWORDS = frozenset({
    "and", "between", "else", "every", "external", "false", "for", "function", "if", "in", "instance", "null", "or", "return",
    "satisfies", "some", "then", "true",
})  # fmt: skip
# Functions whose names hold a keyword; they are names only before a parenthesis.
CALLS_WITH_KEYWORDS = ("date and time", "get or else", "years and months duration", "days and time duration")
PROPERTIES = ("time offset", "start included", "end included")


class NameTable:
    """Known names of more than one token, found by their first token, longest first."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Learn a name; one of a single token needs no entry."""
        try:
            tokens = tokenize(name)[:-1]
        except FeelSyntaxError:
            return
        if len(tokens) < 2 or tokens[0].kind != "name" or tokens[-1].kind not in {"name", "number"}:
            return
        words = tuple(token.text for token in tokens)
        entries = self._by_first.setdefault(words[0], [])
        if (words, name) not in entries:
            entries.append((words, name))
            entries.sort(key=lambda entry: -len(entry[0]))

    def match(self, tokens: list[Token], index: int) -> tuple[str, int] | None:
        """The longest known name that starts at this token and how many tokens it has."""
        for words, name in self._by_first.get(tokens[index].text, ()):
            if len(words) <= len(tokens) - index and all(
                tokens[index + offset].text == word for offset, word in enumerate(words)
            ):
                return name, len(words)
        return None


def is_word(token: Token) -> bool:
    """Whether the token can be part of a name of several words."""
    return token.kind == "name" and token.text not in KEYWORDS
