"""Hours of a day as people type and tables keep them: `09:00-13:00, 14:00-18:00`; 24:00 ends it, nothing is a closed day."""

import re
from datetime import time

from services.sla.calendar import Hours, InvalidCalendar

_SPAN = re.compile(r"(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})")
MOST_SPANS = 6


def parse_hours(text: str) -> Hours:
    """Raises `InvalidCalendar` where the text is no list of hours; whether they overlap is the calendar's own check."""
    parts = [part.strip() for part in re.split("[,;]", text[:200]) if part.strip()]
    if len(parts) > MOST_SPANS or len(text) > 200:
        raise InvalidCalendar(f"a day has at most {MOST_SPANS} spans of hours; {text[:60]!r} has more")
    spans = []
    for part in parts:
        found = _SPAN.fullmatch(part)
        if found is None:
            raise InvalidCalendar(
                f"{part[:60]!r} are no hours; write 09:00-17:00, several parted by commas, nothing for a closed day"
            )
        spans.append((_time(found[1], found[2], part), _time(found[3], found[4], part)))
    return tuple(spans)


def format_hours(hours: Hours) -> str:
    return ", ".join(f"{_shown(opening)}-{_shown(closing)}" for opening, closing in hours)


def _time(hour: str, minute: str, part: str) -> time:
    if (int(hour), int(minute)) == (24, 0):
        return time.max
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise InvalidCalendar(f"{part!r} has a time that no clock shows; the day ends at 24:00") from error


def _shown(at: time) -> str:
    return "24:00" if at == time.max else f"{at:%H:%M}"
