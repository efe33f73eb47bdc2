"""What a timer written as text must look like, so that a wrong one is found when it is deployed, not when it is due.

Durations and dates are ISO 8601; a cycle is `R[n]/[start]/duration` or six cron fields with L, W, # and macros such as @daily.
"""

import re

from engine.bpmn.cron_faults import cron_fault
from engine.bpmn.moments import parse_moment
from engine.bpmn.static_numbers import NUMBER

_DURATION = re.compile(
    r"[-+]?P(?=.)([-+]?\d+Y)?([-+]?\d+M)?([-+]?\d+W)?([-+]?\d+D)?(T(?=.)([-+]?\d+H)?([-+]?\d+M)?([-+]?\d+([.,]\d{0,9})?S)?)?",
    re.ASCII,
)
_WITH_TIME = re.compile(r"[-+]?P([-+]?\d+[YMWD])*T.*")
_WHOLE = re.compile(r"[-+]?\d+")
_TIME = re.compile(r"([-+]?\d+)(?:[.,]\d{0,9})?([HMS])")
_SECONDS = {"H": 3_600, "M": 60, "S": 1}
_MOST_REPETITIONS = _LARGEST_INT = 2**31 - 1
_LARGEST_LONG = 2**63 - 1
_REPETITIONS = re.compile(r"R([-+]?\d+)?")


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
        return cron_fault(text)
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


def in_capitals(text: str) -> str:
    """A length of time may be written in small letters, but for the T before its hours."""
    return text if "t" in text or not text.isascii() else text.upper()


def interval_fault(text: str) -> str | None:
    """Why the text is no length of time; None if it is one."""
    text = in_capitals(text)
    match = _DURATION.fullmatch(text)
    if match is None:
        return f"Text cannot be parsed to a {'Duration' if _WITH_TIME.fullmatch(text) else 'Period'}"
    numbers = [int(number) for number in _WHOLE.findall(text.partition("T")[0])]
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in _TIME.findall(text.partition("T")[2]))
    if any(abs(number) > _LARGEST_INT for number in numbers):
        return "Text cannot be parsed to a Period"
    return "Text cannot be parsed to a Duration: seconds" if abs(seconds) > _LARGEST_LONG else None
