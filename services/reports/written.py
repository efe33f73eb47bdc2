"""Values as people of a language read them on paper."""

from datetime import datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from services.reports.cells import clean, cut
from services.reports.document import Cell, Column, Kind

# Longer text makes a row that no page can hold.
MOST_CHARACTERS = 160
# From the longest: unit and its milliseconds.
UNITS = (("duration-day", 86_400_000), ("duration-hour", 3_600_000), ("duration-minute", 60_000), ("duration-second", 1000))


def written(value: Cell, language: str, kind: Kind = Kind.NUMBER) -> str:
    """One line of plain text; nothing for a missing value."""
    locale = _locale(language)
    match value:
        case None:
            return ""
        case str():
            return cut(" ".join(clean(value[: 8 * MOST_CHARACTERS]).split()), MOST_CHARACTERS)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _ if kind is Kind.DURATION:
            return duration(float(value), locale)
        case _ if kind is Kind.SHARE:
            return format_percent(value, format="0.0\N{NO-BREAK SPACE}%" if language == "ru" else "0.0%", locale=locale)
        case _ if kind is Kind.SMALL_MONEY:
            return format_decimal(value, format="#,##0.0000", locale=locale)
        case Decimal():
            return format_decimal(value, format="#,##0.00", locale=locale)
        case _:
            return format_decimal(value, locale=locale)


def duration(milliseconds: float, locale: Locale) -> str:
    """In its two largest units: `3 days 4 hr`, `12 sec`, `340 ms`."""
    rest = max(0, round(milliseconds))
    parts: list[str] = []
    for unit, size in UNITS:
        count, rest = divmod(rest, size)
        if parts or count:
            parts.append(format_unit(count, unit, length="short", locale=locale) if count else "")
        if len(parts) == 2:
            break
    if not parts:
        return format_unit(rest, "duration-millisecond", length="short", locale=locale)
    return " ".join(part for part in parts if part)


def alignment(column: Column) -> str:
    """Numbers stand under each other."""
    return "left" if column.kind in {Kind.TEXT, Kind.MOMENT} else "right"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)
