"""A date and time with an offset, and perhaps a zone, as ISO 8601 text: `2030-01-01T10:00:00+01:00[Europe/Berlin]`.

What is wrong with a text is said in the words of Zeebe's Java: which character could not be read, or which value is out of
range.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# One piece after the other; what is optional may be left out, and where a piece is missing the text is wrong.
_YEAR = re.compile(r"(?P<year>\d{4}(?!\d)|-\d{4,10}|\+\d{5,10})", re.ASCII)
_SIGN_WITHOUT_YEAR = re.compile(r"[+-]\d{0,3}(?!\d)", re.ASCII)
_PIECES = (
    *(re.compile("-"), re.compile(r"(?P<month>\d\d)", re.ASCII), re.compile("-"), re.compile(r"(?P<day>\d\d)", re.ASCII)),
    *(re.compile("[Tt]"), re.compile(r"(?P<hour>\d\d)", re.ASCII), re.compile(":"), re.compile(r"(?P<minute>\d\d)", re.ASCII)),
    re.compile(r"(:(?P<second>\d\d)(\.(?P<fraction>\d{0,9}))?)?", re.ASCII),
    re.compile(r"(?P<offset>[Zz]|[+-](0\d|1[0-7])(:[0-5]\d(:[0-5]\d)?)?|[+-]18(:00(:00)?)?)", re.ASCII),
    re.compile(r"(\[(?P<zone>[\w/+:.-]{1,60})\])?", re.ASCII),
)
_OFFSET = re.compile(r"(?P<prefix>UTC|GMT|UT|)(?P<offset>Z|[+-]\d\d(:\d\d(:\d\d)?)?)?", re.ASCII)
_MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY"),
    *("AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"),
)
_DATE_RANGES = (("month", "MonthOfYear", 1, 12, "12"), ("day", "DayOfMonth", 1, 31, "28/31"))
_TIME_RANGES = (
    *(("hour", "HourOfDay", 0, 23, "23"), ("minute", "MinuteOfHour", 0, 59, "59"), ("second", "SecondOfMinute", 0, 59, "59")),
)
# Python's own dates reach so far; what lies beyond is moved by whole cycles of the calendar and back.
_CYCLE_YEARS, _CYCLE = 400, 146_097 * 86_400_000
# Java's list of zones has no names that stand for an offset alone.
_NO_ZONES = {"EST", "MST", "HST", "ROC", "Factory", "localtime", "posixrules"}
_NO_FOLDERS = ("posix/", "right/")


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is, in milliseconds since 1970, and how it is written: None for years that Python does not know."""

    milliseconds: int
    local: datetime | None
    zone: str = ""


def parse_moment(text: str) -> Moment:
    """The moment of a text.

    Raises:
        ValueError: it is none; the message says why.
    """
    found = _read(text)
    year = int(found["year"])
    _check(text, found, year)
    cycles = (year - 2000) // _CYCLE_YEARS if not 2 <= year <= 9998 else 0
    micros = int(((found["fraction"] or "") + "000000")[:6])
    month, day, hour, minute, second = (int(found[name] or 0) for name in ("month", "day", "hour", "minute", "second"))
    year -= cycles * _CYCLE_YEARS
    shifted = datetime(year, month, day, hour, minute, second, micros, _offset(found["offset"]))
    milliseconds = (shifted - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    zone = found["zone"] or ""
    local = shifted.astimezone(_zone(text, zone)) if zone else shifted
    return Moment(milliseconds + cycles * _CYCLE, None if cycles else local, zone)


def _read(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    for piece in (_YEAR, *_PIECES):
        match = piece.match(text, place)
        if match is None:
            place += place == 0 and _SIGN_WITHOUT_YEAR.match(text) is not None
            raise ValueError(f"Text '{text}' could not be parsed at index {place}")
        found |= match.groupdict()
        place = match.end()
    if place != len(text):
        raise ValueError(f"Text '{text}' could not be parsed, unparsed text found at index {place}")
    return found


def _check(text: str, found: dict[str, str], year: int) -> None:
    """Numbers within their ranges, in the order in which Java looks at them."""
    _check_ranges(text, found, _DATE_RANGES)
    month, day = int(found["month"]), int(found["day"])
    if day > monthrange(2000 + year % _CYCLE_YEARS, month)[1]:
        leap = f"Invalid date 'February 29' as '{year}' is not a leap year"
        fault = leap if day == 29 else f"Invalid date '{_MONTHS[month - 1]} {day}'"
        raise ValueError(f"Text '{text}' could not be parsed: {fault}")
    _check_ranges(text, found, _TIME_RANGES)


def _check_ranges(text: str, found: dict[str, str], ranges: tuple[tuple[str, str, int, int, str], ...]) -> None:
    for name, field, low, high, shown in ranges:
        value = int(found[name] or 0)
        if not low <= value <= high:
            raise ValueError(
                f"Text '{text}' could not be parsed: Invalid value for {field} (valid values {low} - {shown}): {value}"
            )


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    hours, minutes, seconds = (int(part) for part in [*text[1:].split(":"), "0", "0"][:3])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if text[0] == "-" else offset)


def _zone(text: str, zone: str) -> ZoneInfo | timezone:
    as_offset = _OFFSET.fullmatch(zone)
    if as_offset is not None and (as_offset["offset"] or not zone):
        return _offset(as_offset["offset"] or "Z")
    if zone not in _NO_ZONES and not zone.startswith(_NO_FOLDERS):
        try:
            return ZoneInfo(zone)
        except (ValueError, ZoneInfoNotFoundError, OSError):
            pass
    raise ValueError(f"Text '{text}' could not be parsed, unparsed text found at index {text.index('[')}")
