"""What a timer written as text must look like, so that a wrong one is found when it is deployed, not when it is due.

Durations and dates are ISO 8601; a cycle is `R[n]/[start]/duration` or six cron fields with L, W, # and macros such as @daily.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DURATION = re.compile(
    r"[-+]?P(?=.)([-+]?\d+Y)?([-+]?\d+M)?([-+]?\d+W)?([-+]?\d+D)?(T(?=.)([-+]?\d+H)?([-+]?\d+M)?([-+]?\d+([.,]\d{0,9})?S)?)?"
)
_DATE = re.compile(
    r"(?P<local>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?)(\.\d{1,9})?(Z|[+-]\d{2}:\d{2}(:\d{2})?)(\[(?P<zone>[\w/+-]{1,60})\])?"
)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_REPETITIONS = re.compile(r"R([-+]?\d+)?")
_MACROS = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_FIELDS = (
    ("second", 0, 59, ()),
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_SPECIAL_DAY = re.compile(r"L(-\d{1,2})?|LW|\d{1,2}W")
_SPECIAL_WEEKDAY = re.compile(r"[0-7]L|[0-7]#[1-5]")


def duration_fault(text: str) -> str | None:
    """Why the text is no duration; None if it is one."""
    if NUMBER.fullmatch(text):
        return f"Expected result of the expression '{text}' to be one of '[DURATION, PERIOD, STRING]', but was 'NUMBER'."
    if not _DURATION.fullmatch(text):
        return f"Invalid duration format '{text}' for expression '{text}'."
    return None


def date_fault(text: str) -> str | None:
    """Why the text is no date and time with offset; None if it is one."""
    if NUMBER.fullmatch(text):
        return f"Expected result of the expression '{text}' to be one of '[DATE_TIME, STRING]', but was 'NUMBER'."
    return None if is_zoned_date_time(text) else f"Invalid date-time format '{text}' for expression '{text}'."


def is_zoned_date_time(text: str) -> bool:
    """Whether the text is an ISO 8601 date and time with an offset and perhaps a zone."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    try:
        datetime.fromisoformat(match["local"])
        if match["zone"]:
            ZoneInfo(match["zone"])
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return False
    return True


def cycle_fault(text: str) -> str | None:
    """Why the text is neither a repeating interval nor cron; None if it is one."""
    if not text:
        return "Empty expression!"
    if text.startswith("R"):
        return _interval_fault(text)
    return _cron_fault(text)


def _interval_fault(text: str) -> str | None:
    parts = text.split("/")
    if len(parts) == 1:
        return "No interval given"
    if not _REPETITIONS.fullmatch(parts[0]):
        return "Cannot parse repetitions count"
    if len(parts) > 3:
        return f"Text '{text}' has more than a repetition, a start and a duration"
    if len(parts) == 3 and parts[1] and not is_zoned_date_time(parts[1]):
        return f"Text '{parts[1]}' could not be parsed as a date and time with offset"
    if not _DURATION.fullmatch(parts[-1]):
        return f"Text '{parts[-1]}' cannot be parsed to a Period"
    return None


def _cron_fault(text: str) -> str | None:
    if text in _MACROS:
        return None
    if text.startswith("@") and " " not in text:
        return f"Nickname {text} not supported!"
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"Cron expression contains {len(parts)} parts but we expect one of [6]"
    for part, (name, low, high, names) in zip(parts, _FIELDS, strict=True):
        for item in part.upper().split(","):
            if not _is_cron_item(item, name, low, high, names):
                return f"Failed to parse cron expression. Value {item} not in range [{low}, {high}] ({name})"
    return None


def _is_cron_item(item: str, name: str, low: int, high: int, names: tuple[str, ...] | list[str]) -> bool:
    if name == "day of month" and _SPECIAL_DAY.fullmatch(item):
        return True
    for number, word in enumerate(names, start=1):
        item = item.replace(word, str(number))
    if name == "day of week" and _SPECIAL_WEEKDAY.fullmatch(item):
        return True
    span, _, step = item.partition("/")
    if "/" in item and not (step.isdecimal() and int(step) > 0):
        return False
    if span == "*" or (span == "?" and name.startswith("day")):
        return True
    bounds = span.split("-")
    return len(bounds) <= 2 and all(bound.isdecimal() and low <= int(bound) <= high for bound in bounds)
