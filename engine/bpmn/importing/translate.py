"""Expressions of other engines as FEEL: JUEL (`${a == 'b'}`) and Python (`a == 'b' and c`), as far as they only ask.

Whatever calls a service, assigns or runs over a list is refused, and a person decides.
"""

import re

from engine import feel
from engine.bpmn.importing.grammar import NotTranslatable, read

__all__ = ["NotTranslatable", "feel_text", "juel", "python", "to_feel"]

_LONGEST = 2_000
_PART = re.compile(r"[$#]\{((?:[^{}'\"]|'[^']*'|\"[^\"]*\")*)\}")


def juel(text: str) -> str:
    """`${…}` or `#{…}` as a FEEL expression with its `=`; text without either stays as it is, text around it is joined."""
    stripped = text.strip()
    if not re.search(r"[$#]\{", stripped):
        return stripped
    whole = _PART.fullmatch(stripped)
    return f"= {to_feel(whole[1]) if whole else _joined(stripped)}"


def python(text: str) -> str:
    """An expression of Python as a FEEL expression with its `=`."""
    return f"= {to_feel(text, python=True)}"


def to_feel(text: str, *, python: bool = False) -> str:
    """A condition or value of JUEL, Groovy, JavaScript or Python as FEEL, without the `=`."""
    if len(text) > _LONGEST:
        raise NotTranslatable(f"it is longer than {_LONGEST} characters")
    translated = read(text, python=python)
    try:
        feel.compile(translated)
    except feel.FeelError as error:
        raise NotTranslatable("it is no plain condition or value") from error
    return translated


def feel_text(text: str) -> str:
    """A text as FEEL writes it, quoted."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{escaped}"'


def _joined(text: str) -> str:
    """`a-${b}` as `"a-" + string(b)`."""
    pieces: list[str] = []
    position = 0
    for part in _PART.finditer(text):
        if part.start() > position:
            pieces.append(feel_text(text[position : part.start()]))
        pieces.append(f"string({to_feel(part[1])})")
        position = part.end()
    if not pieces or re.search(r"[$#]\{", text[position:]):
        raise NotTranslatable("its braces do not match")
    if position < len(text):
        pieces.append(feel_text(text[position:]))
    return " + ".join(pieces)
