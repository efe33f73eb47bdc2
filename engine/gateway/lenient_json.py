"""JSON as Zeebe's gateway reads it, put into the strict form.

Observed on Zeebe 8.5.8: the variables of a request may have single quotes in place of double ones; what follows the first value
is not looked at, nor is a byte order mark before it. A number beyond 64 bits of a floating point is infinite and comes back as
the text "Infinity"; half of a surrogate pair becomes a question mark. Anything else that is no JSON is left as it is, to be
refused.
"""

import math
import re
from collections.abc import Iterator

_BYTE_ORDER_MARK = "\ufeff"
_TOKEN = re.compile(
    r"""
    (?P<double> "[^"\\]*(?:\\.[^"\\]*)*" )
  | (?P<single> '[^'\\]*(?:\\.[^'\\]*)*' )
  | (?P<open>   [\[{] )
  | (?P<close>  [\]}] )
  | (?P<mark>   [,:] )
  | (?P<space>  \s+ )
  | (?P<word>   [^\s"'\[\]{},:]+ )
  | (?P<broken> .+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
# A pair of surrogates, half of one, any other escape sequence, or a quote that stands between single ones.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.|\"", re.DOTALL
)
_HALF = len(r"\ud800")


def strict(text: str, *, single_quotes: bool = True) -> str:
    """The first value of a lenient text as strict JSON, where it is one."""
    return "".join(_tokens(text.removeprefix(_BYTE_ORDER_MARK), single_quotes=single_quotes))


def _tokens(text: str, *, single_quotes: bool) -> Iterator[str]:
    depth = 0
    for found in _TOKEN.finditer(text):
        kind, token = found.lastgroup, found[0]
        if kind == "double" or (kind == "single" and single_quotes):
            yield f'"{_ESCAPE.sub(_escaped if single_quotes else _whole, token[1:-1])}"'
        elif kind == "word":
            yield _finite(token)
        else:
            yield token
        depth += (kind == "open") - (kind == "close")
        if depth <= 0 and kind not in {"space", "mark"}:
            return


def _escaped(found: re.Match[str]) -> str:
    """An escape sequence, or a quote between single ones, as it stands between double quotes."""
    match found[0]:
        case "\\'":
            return "'"
        case '"':
            return '\\"'
        case _:
            return _whole(found)


def _whole(found: re.Match[str]) -> str:
    escape = found[0]
    is_half = len(escape) == _HALF and escape.startswith("\\u")
    return "?" if is_half else escape


def _finite(word: str) -> str:
    if not _NUMBER.fullmatch(word):
        return word
    is_whole = word.lstrip("-").isdigit()
    if is_whole or not math.isinf(number := float(word)):
        return word
    return '"Infinity"' if number > 0 else '"-Infinity"'
