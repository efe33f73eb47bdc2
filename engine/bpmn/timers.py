"""What a timer written as text must look like, so that a wrong one is found when it is deployed, not when it is due.

Durations and dates are ISO 8601; a cycle is `R[n]/[start]/duration` or six cron fields with L, W, # and macros such as @daily.
"""

import re

from engine.bpmn.moments import parse_moment

_DURATION = re.compile(
    r"[-+]?P(?=.)([-+]?\d+Y)?([-+]?\d+M)?([-+]?\d+W)?([-+]?\d+D)?(T(?=.)([-+]?\d+H)?([-+]?\d+M)?([-+]?\d+([.,]\d{0,9})?S)?)?"
)
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_WITH_TIME = re.compile(r"[-+]?P([-+]?\d+[YMWD])*T.*")
_WHOLE = re.compile(r"[-+]?\d+")
_TIME = re.compile(r"([-+]?\d+)(?:[.,]\d{0,9})?([HMS])")
_SECONDS = {"H": 3_600, "M": 60, "S": 1}
_MOST_REPETITIONS = _LARGEST_INT = 2**31 - 1
_LARGEST_LONG = 2**63 - 1
_KNOWN_CHARACTERS = re.compile(r"[0-9LW#/*?-]")
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
# What does not go round: of days and months the other fields know what to make.
_FORWARD = {"second", "minute", "hour"}
_SPECIAL_DAY = re.compile(r"L(-\d{1,2})?|LW|\d{1,2}W")
_SPECIAL_WEEKDAY = re.compile(r"[0-7]?L|[0-7]#[1-6]")


def duration_fault(text: str) -> str | None:
    """Why the text is no duration; None if it is one."""
    if NUMBER.fullmatch(text):
        return f"Expected result of the expression '{text}' to be one of '[DURATION, PERIOD, STRING]', but was 'NUMBER'."
    if interval_fault(text) is not None:
        return f"Invalid duration format '{text}' for expression '{text}'."
    return None


def date_fault(text: str) -> str | None:
    """Why the text is no date and time with offset; None if it is one."""
    if NUMBER.fullmatch(text):
        return f"Expected result of the expression '{text}' to be one of '[DATE_TIME, STRING]', but was 'NUMBER'."
    return None if is_zoned_date_time(text) else f"Invalid date-time format '{text}' for expression '{text}'."


def is_zoned_date_time(text: str) -> bool:
    """Whether the text is an ISO 8601 date and time with an offset and perhaps a zone."""
    return _moment_fault(text) is None


def _moment_fault(text: str) -> str | None:
    try:
        parse_moment(text)
    except ValueError as error:
        return str(error)
    return None


def written_cycle_fault(text: str) -> str | None:
    """Why the text in a file is no cycle: there a number is one."""
    if NUMBER.fullmatch(text):
        return f"Expected result of the expression '{text}' to be 'STRING', but was 'NUMBER'."
    return cycle_fault(text)


def cycle_fault(text: str) -> str | None:
    """Why the text is neither a repeating interval nor cron; None if it is one."""
    if not text:
        return "Empty expression!"
    if not text.startswith("R"):
        return _cron_fault(text)
    count, slash, rest = text.partition("/")
    if not slash:
        return "No interval given"
    repetitions = _REPETITIONS.fullmatch(count)
    if repetitions is None or abs(int(repetitions[1] or 0)) > _MOST_REPETITIONS:
        return "Cannot parse repetitions count"
    start, interval = split_start(rest)
    return (_moment_fault(start) if start else None) or interval_fault(interval)


def split_start(text: str) -> tuple[str, str]:
    """The start of a repeating interval, empty where it has none, and its duration: a zone's name may hold a slash too."""
    start, _, interval = text.rpartition("/")
    return start, interval


def interval_fault(text: str) -> str | None:
    """Why the text is no length of time; None if it is one."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return f"Text cannot be parsed to a {'Duration' if _WITH_TIME.fullmatch(text) else 'Period'}"
    numbers = [int(number) for number in _WHOLE.findall(text.partition("T")[0])]
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in _TIME.findall(text.partition("T")[2]))
    if any(abs(number) > _LARGEST_INT for number in numbers):
        return "Text cannot be parsed to a Period"
    return "Text cannot be parsed to a Duration: seconds" if abs(seconds) > _LARGEST_LONG else None


def _cron_fault(text: str) -> str | None:
    if text in _MACROS:
        return None
    if text == "@reboot":
        return "Nickname @reboot not supported!"
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"Cron expression contains {len(parts)} parts but we expect one of [6]"
    for part, field in zip(parts, _FIELDS, strict=True):
        for item in part.upper().split(","):
            if fault := _item_fault(item, *field):
                return f"Failed to parse cron expression. {fault}"
    return None


def _item_fault(item: str, name: str, low: int, high: int, names: tuple[str, ...]) -> str | None:
    """Why an entry of a cron field is none."""
    if name == "day of month" and _SPECIAL_DAY.fullmatch(item):
        return None
    plain = item
    for number, word in enumerate(names, start=1):
        plain = plain.replace(word, str(number))
    if name == "day of week" and (_SPECIAL_WEEKDAY.fullmatch(plain) or plain.startswith("#")):
        return None if not plain.startswith("#") else "Time should be specified!"
    span, slash, step = plain.partition("/")
    if slash and (fault := _step_fault(item, step, low, high)):
        return fault
    if span == "*" or (span == "?" and name.startswith("day")):
        return None
    return f"Invalid expression: {span}" if span == "?" else _span_fault(item, span, name, low, high)


def _step_fault(item: str, step: str, low: int, high: int) -> str | None:
    if not step:
        return f"Missing steps for expression: {item}"
    if not step.isdecimal():
        return f'For input string: "{step}"'
    return None if max(low, 1) <= int(step) <= high else f"Period {step} not in range [{low}, {high}]"


def _span_fault(item: str, span: str, name: str, low: int, high: int) -> str | None:
    if span.startswith("-"):
        return f"Invalid expression! Expression: {item} does not describe a range. Negative numbers are not allowed."
    bounds = span.split("-")
    if span.endswith("-"):
        return f"Missing values for range: {item}"
    for bound in bounds:
        if not bound.isdecimal():
            strange = _KNOWN_CHARACTERS.sub("", bound)
            return f"Invalid chars in expression! Expression: {bound} Invalid chars: {strange}"
        if not low <= int(bound) <= high:
            return f"Value {bound} not in range [{low}, {high}]"
    if len(bounds) == 2 and name in _FORWARD and int(bounds[0]) > int(bounds[1]):
        return f"Invalid range! [{bounds[0]},{bounds[1]}]"
    return None if len(bounds) <= 2 else f"Invalid expression: {item}"
