"""Dates, times and durations from text and back, and the arithmetic of the calendar.

Text is ISO 8601 with `@Zone/Name` for zones by name. What the standard library cannot hold (`wide.py`)
can be read and written, but not be calculated with.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.values import DAY_NANOSECONDS, NANOSECONDS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.wide import AnyDate, AnyMoment, AnyTime, PreciseTime, WideDate, WideMoment, make_date, make_moment, make_time

_DATE = re.compile(r"(-?[0-9]{4,9})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*))?"
)
# How Java, and so a variable that was calculated, has a moment in a zone: the zone stands behind its offset.
_IN_ZONE = re.compile(r"(.+(?:Z|[+-][0-9:]+))\[([A-Za-z][A-Za-z0-9_+/-]*)\]")
_DAYS_TIME = re.compile(
    r"(-)?P(?=[0-9T-])(?:(-?[0-9]{1,12})D)?"
    r"(?:T(?=[0-9-])(?:(-?[0-9]{1,12})H)?(?:(-?[0-9]{1,12})M)?(?:(-?[0-9]{1,12})(?:\.([0-9]{0,9}))?S)?)?"
)
_JAVA_DAYS_TIME = re.compile(
    r"[-+]?P(?=[0-9T+-])(?:[-+]?[0-9]+D)?(?:T(?=[0-9+-])(?:[-+]?[0-9]+H)?(?:[-+]?[0-9]+M)?(?:[-+]?[0-9]+(?:[.,][0-9]{0,9})?S)?)?",
    re.IGNORECASE,
)
_HOURS_AND_MINUTES = re.compile(r"[0-9]{2}:[0-9]{2}")
_YEARS_MONTHS = re.compile(r"(-)?P(?=[0-9-])(?:(-?[0-9]{1,9})Y)?(?:(-?[0-9]{1,9})M)?")


def parse_date(text: str) -> AnyDate | None:
    """`2024-03-15`."""
    found = _DATE.fullmatch(text)
    if found is None or (len(found[1].lstrip("-")) > 4 and found[1].lstrip("-").startswith("0")):
        return None
    try:
        return make_date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def parse_time(text: str) -> AnyTime | None:
    """`10:00:00`, with an offset or `@Zone/Name` if it has one."""
    found = _TIME.fullmatch(text)
    if found is None or found[3] is None:
        return None
    try:
        return _clock(found)
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> AnyTime:
    digits = (found[4] or "").ljust(9, "0")
    clock = time(int(found[1]), int(found[2]), int(found[3] or 0), int(digits[:6]), _zone(found))
    return make_time(clock, int(digits[6:]))


def parse_datetime(text: str) -> AnyMoment | None:
    """`2024-03-15T10:00:00`, with an offset, `@Zone/Name`, or both as Java writes them: `+01:00[Europe/Berlin]`."""
    placed = _IN_ZONE.fullmatch(text)
    if placed is not None:
        moment, zone = parse_datetime(placed[1]), zone_by_name(placed[2])
        return moment.astimezone(zone) if isinstance(moment, datetime) and zone is not None else None
    day_text, separator, time_text = text.partition("T")
    if not separator:
        return None
    found = _TIME.fullmatch(time_text)
    day = parse_date(day_text)
    if found is None or day is None:
        return None
    try:
        moment = make_moment(day, _clock(found))
    except ValueError:
        return None
    return _on_a_clock(moment) if isinstance(moment, datetime) and isinstance(moment.tzinfo, ZoneInfo) else moment


def _on_a_clock(moment: datetime) -> datetime:
    """The moment, or the one an hour later where clocks leave it out."""
    try:
        shown = moment.astimezone(UTC).astimezone(moment.tzinfo)
    except OverflowError:
        return moment
    return moment if shown.replace(fold=0) == moment.replace(fold=0) else shown


def _zone(found: re.Match[str]) -> tzinfo | None:
    if found[5]:
        return UTC
    if found[10]:
        zone = zone_by_name(found[10])
        if zone is None:
            raise ValueError(found[10])
        return zone
    if not found[6]:
        return None
    hours, minutes, seconds = int(found[7]), int(found[8] or 0), int(found[9] or 0)
    if minutes > 59 or seconds > 59 or hours > 18 or (hours == 18 and minutes + seconds):
        raise ValueError(found[0])
    return offset_zone(timedelta(hours=hours, minutes=minutes, seconds=seconds) * (-1 if found[6] == "-" else 1))


def offset_zone(offset: timedelta) -> tzinfo:
    """The zone of an offset; none at all is UTC."""
    return timezone(offset) if offset else UTC


def zone_by_name(name: str) -> tzinfo | None:
    """A zone of the time zone database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    """`P1Y2M` or `P1DT2H3M4.5S`; never both kinds at once."""
    found = _YEARS_MONTHS.fullmatch(text)
    if found is not None:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonthsDuration(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if found is None:
        return None
    seconds = int(found[2] or 0) * 86_400 + int(found[3] or 0) * 3600 + int(found[4] or 0) * 60 + int(found[5] or 0)
    fraction = int((found[6] or "").ljust(9, "0"))
    nanoseconds = seconds * NANOSECONDS + (-fraction if (found[5] or "").startswith("-") else fraction)
    return DaysTimeDuration(-nanoseconds if found[1] else nanoseconds)


def parse_java_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    """Days and time as Java reads them, too: in small letters, with a plus, with a comma before the fraction."""
    return parse_duration(text) or (
        parse_duration(text.upper().replace("+", "").replace(",", ".")) if _JAVA_DAYS_TIME.fullmatch(text) else None
    )


def parse_java_time(text: str) -> AnyTime | None:
    """A time that may leave its seconds out, where it has no zone."""
    return parse_time(f"{text}:00" if _HOURS_AND_MINUTES.fullmatch(text) else text)


def parse_temporal(text: str) -> AnyDate | AnyTime | AnyMoment | DaysTimeDuration | YearsMonthsDuration | None:
    """Whatever a literal `@"…"` says."""
    return parse_date(text) or parse_datetime(text) or parse_time(text) or parse_duration(text)


def format_zone(zone: tzinfo | None, moment: datetime | time) -> str:
    """The end of a time's text: nothing, `Z`, an offset or `@Zone/Name`."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(moment if isinstance(moment, datetime) else None) or timedelta(0)
    total = int(offset.total_seconds())
    if not total:
        return "Z"
    sign, total = ("-", -total) if total < 0 else ("+", total)
    seconds = f":{total % 60:02}" if total % 60 else ""
    return f"{sign}{total // 3600:02}:{total // 60 % 60:02}{seconds}"


def _format_clock(moment: datetime | time) -> str:
    fraction = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
    return f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}{fraction}"


def format_date(day: date) -> str:
    """ISO text of a date."""
    return f"{day.year:04}-{day.month:02}-{day.day:02}"


def format_time(moment: time) -> str:
    """ISO text of a time."""
    return _format_clock(moment) + format_zone(moment.tzinfo, moment)


def format_datetime(moment: datetime) -> str:
    """ISO text of a date and time."""
    return f"{format_date(moment)}T{_format_clock(moment)}{format_zone(moment.tzinfo, moment)}"


def format_wide(value: WideDate | PreciseTime | WideMoment) -> str:
    """ISO text of what the standard library cannot hold."""
    if isinstance(value, PreciseTime):
        return _precise_clock(value.clock, value.nanoseconds)
    sign = "-" if value.year < 0 else ""
    day = f"{sign}{abs(value.year):04}-{value.month:02}-{value.day:02}"
    if isinstance(value, WideDate):
        return day
    return f"{day}T{_precise_clock(value.stand_in, value.nanoseconds)}"


def _precise_clock(moment: datetime | time, nanoseconds: int) -> str:
    fraction = f".{moment.microsecond:06}{nanoseconds:03}".rstrip("0").rstrip(".")
    return f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}{fraction}{format_zone(moment.tzinfo, moment)}"


def format_java(moment: datetime | time) -> str:
    """Text as Java writes it: no seconds where they are zero, fractions in threes, zones in brackets behind their offset."""
    clock = f"{moment.hour:02}:{moment.minute:02}"
    if moment.second or moment.microsecond:
        clock += f":{moment.second:02}"
    if moment.microsecond:
        fraction = f"{moment.microsecond:06}"
        clock += f".{fraction.removesuffix('000')}"
    if not isinstance(moment, datetime):
        return clock
    zone = ""
    if isinstance(moment.tzinfo, ZoneInfo):
        offset = moment.utcoffset() or timedelta(0)
        zone = format_zone(offset_zone(offset), moment) + f"[{moment.tzinfo.key}]"
    elif moment.tzinfo is not None:
        zone = format_zone(moment.tzinfo, moment)
    return f"{format_date(moment)}T{clock}{zone}"


def format_days_time(duration: DaysTimeDuration) -> str:
    """ISO text of a days and time duration."""
    total = abs(duration.nanoseconds)
    if not total:
        return "P0D"
    days, rest = divmod(total, DAY_NANOSECONDS)
    seconds, nanoseconds = divmod(rest, NANOSECONDS)
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    parts = ((seconds // 3600, "", "H"), (seconds // 60 % 60, "", "M"))
    clock = "".join(f"{number}{unit}" for number, _, unit in parts if number)
    if seconds % 60 or nanoseconds:
        clock += f"{seconds % 60}{fraction}S"
    sign = "-" if duration.nanoseconds < 0 else ""
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def format_years_months(duration: YearsMonthsDuration) -> str:
    """ISO text of a years and months duration."""
    years, months = divmod(abs(duration.months), 12)
    if not duration.months:
        return "P0Y"
    sign = "-" if duration.months < 0 else ""
    return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


def java_duration(duration: DaysTimeDuration) -> str:
    """Text as Java writes a `Duration`: hours are the largest unit, and each unit has the sign."""
    total = abs(duration.nanoseconds)
    if not total:
        return "PT0S"
    sign = "-" if duration.nanoseconds < 0 else ""
    seconds, nanoseconds = divmod(total, NANOSECONDS)
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    parts = [f"{sign}{number}{unit}" for number, unit in ((seconds // 3600, "H"), (seconds // 60 % 60, "M")) if number]
    if seconds % 60 or nanoseconds:
        parts.append(f"{sign}{seconds % 60}{fraction}S")
    return f"PT{''.join(parts)}"


def java_period(duration: YearsMonthsDuration) -> str:
    """Text as Java writes a `Period` of years and months."""
    if not duration.months:
        return "P0D"
    sign = "-" if duration.months < 0 else ""
    years, months = divmod(abs(duration.months), 12)
    return f"P{f'{sign}{years}Y' if years else ''}{f'{sign}{months}M' if months else ''}"


def shift_months[Day: (date, datetime)](day: Day, months: int) -> Day | None:
    """The same day some months later, or the last of its month if that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def shift[Day: (date, datetime)](day: Day, nanoseconds: int) -> Day | None:
    """The moment some time later; in a zone, time passes as clocks everywhere count it."""
    try:
        delta = timedelta(microseconds=nanoseconds // 1000)
        if isinstance(day, datetime) and isinstance(day.tzinfo, ZoneInfo):
            return (day.astimezone(UTC) + delta).astimezone(day.tzinfo)
        return day + delta
    except OverflowError:
        return None


def shift_time(moment: time, nanoseconds: int) -> time:
    """The time of day some time later, round the clock."""
    start = ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond
    seconds, microseconds = divmod((start + nanoseconds // 1000) % 86_400_000_000, 1_000_000)
    return moment.replace(hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60, microsecond=microseconds)


def between(start: datetime, end: datetime) -> DaysTimeDuration:
    """Time from one moment to another, both with or both without a zone."""
    if start.tzinfo is not None and end.tzinfo is not None:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    delta = end - start
    return DaysTimeDuration((delta.days * 86_400_000_000 + delta.seconds * 1_000_000 + delta.microseconds) * 1000)


def time_offset(moment: time | datetime) -> timedelta | None:
    """Offset of a time or a date and time; a time in a named zone has the zone's standard offset."""
    if moment.tzinfo is None:
        return None
    if isinstance(moment, datetime):
        return moment.utcoffset()
    return moment.tzinfo.utcoffset(datetime(2000, 1, 1, tzinfo=moment.tzinfo))


def nanoseconds_of_day(moment: time) -> int:
    """Time since midnight, in UTC where the offset is known."""
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    offset = time_offset(moment)
    if offset is not None:
        seconds -= int(offset.total_seconds())
    return seconds * NANOSECONDS + moment.microsecond * 1000
