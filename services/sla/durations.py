"""Promised durations as the decision table writes them: ISO 8601 with days and less, `PT2H`, `P3D`, `P1DT4H30M`.

They are working time by the team's calendar. A day is 24 hours of it, so three working days of eight hours are `PT24H`.
"""

import re
from datetime import timedelta

_FORM = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")


class InvalidDuration(ValueError):
    """A promised duration is no ISO 8601 duration of days and less, or it is nothing at all."""


def parse_duration(text: str) -> timedelta:
    """The time a text like `PT2H` stands for.

    Raises:
        InvalidDuration: it cannot be read, or is zero.
    """
    found = _FORM.fullmatch(text.strip()) if len(text) <= 40 else None
    if found is None:
        raise InvalidDuration(f"{text[:60]!r} is no duration; write days and less as in PT30M, PT8H or P3D")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not duration:
        raise InvalidDuration(f"{text!r} promises no time at all; the least is PT1S")
    return duration
