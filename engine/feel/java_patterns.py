r"""Java's regular expressions for a library that reads `\w`, `\d`, `\s`, `\b`, POSIX classes and case in the way of Unicode.

Java does so only where a pattern asks for it, `(?U)` and `(?u)`: otherwise these are of ASCII.
Source: `java.util.regex.Pattern`, sections on predefined and POSIX character classes and on `CASE_INSENSITIVE`.
"""

import re
from functools import partial

_WORD = "a-zA-Z0-9_"
_SETS = {"w": _WORD, "d": "0-9", "s": r" \t\n\x0b\f\r"}
_BOUNDARY = f"(?:(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}]))"
_INSIDE = f"(?:(?<=[{_WORD}])(?=[{_WORD}])|(?<![{_WORD}])(?![{_WORD}]))"
_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
}
_TOKEN = re.compile(r"\\([pP])\{(\w+)\}|\\(.)|(\[)|(\])|([^\x00-\x7f])", re.DOTALL)
_UNICODE = re.compile(r"\(\?[a-z]*[uU]")


def as_java(pattern: str, *, ignores_case: bool) -> str:
    """The pattern written so that the library reads it as Java would."""
    if _UNICODE.search(pattern) or (not ignores_case and "\\" not in pattern):
        return pattern
    return _TOKEN.sub(partial(_rewrite, _Depth(), ignores_case=ignores_case), pattern)


class _Depth:
    """How many character classes are open."""

    def __init__(self) -> None:
        self.open = 0


def _rewrite(depth: _Depth, token: re.Match[str], *, ignores_case: bool) -> str:
    kind, name, escaped, opens, closes, letter = token.groups()
    if opens or closes:
        depth.open = max(0, depth.open + (1 if opens else -1))
    elif name in _POSIX:
        return _set(_POSIX[name], is_negated=kind == "P", is_inside=depth.open > 0)
    elif escaped in ("b", "B") and not depth.open:
        return _BOUNDARY if escaped == "b" else _INSIDE
    elif escaped and escaped.lower() in _SETS:
        return _set(_SETS[escaped.lower()], is_negated=escaped.isupper(), is_inside=depth.open > 0)
    elif letter and ignores_case and not depth.open and letter.lower() != letter.upper():
        return f"(?-i:{letter})"
    return token[0]


def _set(characters: str, *, is_negated: bool, is_inside: bool) -> str:
    if is_negated:
        return f"[^{characters}]"
    return characters if is_inside else f"[{characters}]"
