"""How moments, numbers and durations are written in a language; templates use these as filters."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import LOCALTZ, format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from api.i18n import Language

SECOND_MS = 1000
# From the longest: unit, its milliseconds, and which one is shown after it.
UNITS = (
    ("duration-day", 86_400_000),
    ("duration-hour", 3_600_000),
    ("duration-minute", 60_000),
    ("duration-second", SECOND_MS),
)
NOTHING = "–"
# Of each kind and language.
WRITTEN_KEPT = 4_096


def filters(language: Language, zone: tzinfo = LOCALTZ) -> Mapping[str, Callable[..., str]]:
    """The filters of one language; a missing value is a dash."""
    locale = language.locale
    # The language's own pattern says where the sign stands; it only lacks the tenths.
    percent_pattern = locale.percent_formats[None].pattern.replace("##0", "##0.#")

    def moment(at: datetime | None, form: str = "medium") -> str:
        return NOTHING if at is None else format_datetime(_zoned(at, zone), form, locale=locale)

    def day(at: date | None, form: str = "medium") -> str:
        if at is None:
            return NOTHING
        return format_date(_zoned(at, zone) if isinstance(at, datetime) else at, form, locale=locale)

    def clock_time(at: datetime | None, form: str = "short") -> str:
        return NOTHING if at is None else format_time(_zoned(at, zone), form, locale=locale)

    def number(value: float | Decimal | None) -> str:
        return NOTHING if value is None else format_decimal(value, locale=locale)

    def money(value: Decimal | None, places: int = 2) -> str:
        """With thousands apart; `places` 0 for tables where cents are noise."""
        pattern = "#,##0.00" if places else "#,##0"
        return NOTHING if value is None else format_decimal(value, format=pattern, locale=locale, decimal_quantization=True)

    def percent(value: float | None) -> str:
        return NOTHING if value is None else format_percent(value, format=percent_pattern, locale=locale)

    def duration(milliseconds: float | None) -> str:
        return NOTHING if milliseconds is None else format_duration(milliseconds, locale)

    written = (moment, day, clock_time, number, money, percent, duration)
    # The same moments and numbers stand on everybody's pages. `typed`: 1 and 1.0 are equal and need not be written alike.
    return {each.__name__: lru_cache(WRITTEN_KEPT, typed=True)(each) for each in written}


def format_duration(milliseconds: float, locale: Locale) -> str:
    """A duration in its two largest units: `3 d 4 h`, `12 s`, `340 ms`."""
    rest = max(0, round(milliseconds))
    if rest < SECOND_MS:
        return _unit(rest, "duration-millisecond", locale)
    for index, (unit, size) in enumerate(UNITS):
        if rest >= size:
            parts = [_unit(rest // size, unit, locale)]
            if index + 1 < len(UNITS):
                smaller, smaller_size = UNITS[index + 1]
                if (fraction := rest % size // smaller_size) > 0:
                    parts.append(_unit(fraction, smaller, locale))
            return " ".join(parts)
    return _unit(0, "duration-second", locale)


def _unit(value: int, unit: str, locale: Locale) -> str:
    return format_unit(value, unit, length="short", locale=locale)


def _zoned(at: datetime, zone: tzinfo) -> datetime:
    aware: Any = at if at.tzinfo else at.replace(tzinfo=UTC)
    result: datetime = aware.astimezone(zone)
    return result
