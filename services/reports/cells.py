"""Text from outside, made fit for a cell: it stays text whatever it begins with, and nothing in it acts."""

import re

# What XML cannot hold, what no reader can see, and halves of characters.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
# A spreadsheet may take for a formula what begins like this, in ASCII or full width.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What Excel holds, in UTF-16 units.
EXCEL_CELL_UNITS = 32_767


def clean(text: str) -> str:
    """Without control characters, direction overrides and lone surrogates; line ends become one kind."""
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def looks_like_formula(text: str) -> bool:
    return text.lstrip(" ").startswith(_FORMULA_STARTS)


def cut_units(text: str, units: int, note: str) -> str:
    """At most so many UTF-16 units, with a note where something was cut off."""
    if len(text) * 2 <= units or len(text.encode("utf-16-le")) // 2 <= units:
        return text
    kept = text.encode("utf-16-le")[: (units - len(note)) * 2]
    return kept.decode("utf-16-le", errors="ignore") + note


def cut(text: str, characters: int) -> str:
    """At most so many characters, for a page."""
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"
