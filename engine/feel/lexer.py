"""Text to tokens. One regular expression without backtracking does the cutting; what fits no token is refused."""

import re
from dataclasses import dataclass

from engine.feel.dialect import Dialect
from engine.feel.errors import FeelSyntaxError
from engine.feel.run import position_of

_NAME_START = (
    "A-Za-z_$\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = rf"(?![\u1680\u180e\u2000-\u200b])[{_NAME_START}][{_NAME_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*+"
NAME = re.compile(_NAME)
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SPACE = r"[\s\u0085\u180e\u200b\ufeff]++|//[^\n\r]*+|/\*(?:[^*]|\*(?!/))*+\*/"
_SYMBOL = r"\*\*|\.\.|<=|>=|!=|->|[-+*/()\[\]{}<>=,.:'?]"
_NUMBER = r"(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)"


def _pattern(number: str) -> re.Pattern[str]:
    return re.compile(
        f"(?P<space>{_SPACE})|(?P<number>{number})|(?P<string>{_STRING})|(?P<temporal>@{_STRING})"
        rf"|(?P<name>{_NAME})|(?P<quoted>`[^`\n]++`)|(?P<symbol>{_SYMBOL})",
        re.DOTALL,
    )


_PATTERNS = {Dialect.CAMUNDA: _pattern(_NUMBER), Dialect.STRICT: _pattern(_NUMBER + "(?:[eE][-+]?[0-9]++)?")}

_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "b": "\b", "f": "\f", "/": "/"}
_ESCAPES = {
    Dialect.CAMUNDA: re.compile(r"\\([nrt\"'\\])"),
    Dialect.STRICT: re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|[nrt\"'\\])"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text: what it is, what it says, where it starts and ends."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(source: str, dialect: Dialect = Dialect.CAMUNDA) -> list[Token]:
    """All tokens but spaces and comments, with one of kind `end` at the end."""
    tokens: list[Token] = []
    match = _PATTERNS[dialect].match
    position = 0
    while position < len(source):
        found = match(source, position)
        if found is None:
            raise FeelSyntaxError(_complaint(source, position), *position_of(source, position), source)
        if found.lastgroup != "space":
            tokens.append(Token(str(found.lastgroup), found.group(), position, found.end()))
        position = found.end()
    tokens.append(Token("end", "", len(source), len(source)))
    return tokens


def _complaint(source: str, position: int) -> str:
    character = source[position]
    if character == '"' or source.startswith('@"', position):
        return "This string is never closed"
    if source.startswith("/*", position):
        return "This comment is never closed"
    return f"Unexpected character {character!r}"


def unescape(text: str, dialect: Dialect) -> str:
    """The string that stands between quotes."""
    if "\\" not in text:
        return text
    text = _ESCAPES[dialect].sub(_unescape_one, text)
    # Two escapes of four digits may spell one character outside the basic plane.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if dialect is Dialect.STRICT else text


def _unescape_one(found: re.Match[str]) -> str:
    body = found.group(1)
    if body[0] in "uU":
        code = int(body[1:], 16)
        return chr(code) if code <= 0x10FFFF else found.group()
    return _SIMPLE_ESCAPES[body]
