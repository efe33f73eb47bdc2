"""The currency that a spreadsheet shows beside a number without holding it: it is part of how the cell is formatted."""

import re
from functools import lru_cache

from services.finance.written import currency_of

# Formats below are a program's own, whose sign follows the reader's country.
FIRST_CUSTOM_FORMAT = 164
_BRACKETED = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]")
_QUOTED = re.compile(r'"([^"]*)"')
_SIGN = re.compile(r"[₽€$£₸₴₺₹₩₪]")


def currency_shown(number_format: str, format_id: int) -> str:
    """Its code; empty where the format names none that is known."""
    return _shown(number_format) if format_id >= FIRST_CUSTOM_FORMAT else ""


@lru_cache(maxsize=500)
def _shown(number_format: str) -> str:
    bracketed = _BRACKETED.findall(number_format)
    rest = _BRACKETED.sub("", number_format)
    for each in (*bracketed, *_QUOTED.findall(rest), *_SIGN.findall(rest)):
        if (code := currency_of(each)) is not None:
            return code
    return ""
