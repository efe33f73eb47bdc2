"""Lists of holidays as files: CSV (`date,name[,hours]`) and iCalendar, as public bodies publish them.

A file is outside input: it is read with limits, and what cannot be read is refused with the line that is at fault.
"""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

from services.sla.calendar import InvalidCalendar
from services.sla.calendars import Holiday
from services.sla.hours import parse_hours

MOST_BYTES = 512 * 1024
MOST_DAYS = 3000
LONGEST_EVENT_DAYS = 60
LONGEST_NAME = 200


class InvalidHolidays(ValueError):
    """A list of holidays cannot be read; the text names the line."""


def read_holidays(content: bytes) -> list[Holiday]:
    """The holidays of a file, by day; of a day that comes twice, the last.

    Raises:
        InvalidHolidays: it is neither CSV nor iCalendar, or has a day that is none.
    """
    if len(content) > MOST_BYTES:
        raise InvalidHolidays(f"the file has {len(content)} bytes; a list of holidays has at most {MOST_BYTES}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidHolidays(f"the file is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    found = _from_icalendar(text) if text.lstrip()[:15].upper() == "BEGIN:VCALENDAR" else _from_csv(text)
    days: dict[date, Holiday] = {}
    for holiday in found:
        days[holiday.day] = holiday
        if len(days) > MOST_DAYS:
            raise InvalidHolidays(f"the file names more than {MOST_DAYS} days: is it a list of holidays?")
    if not days:
        raise InvalidHolidays("the file names no day; write lines of date,name such as 2026-12-25,Christmas")
    return [days[day] for day in sorted(days)]


def _from_csv(text: str) -> Iterator[Holiday]:
    separator = ";" if text[:2000].count(";") > text[:2000].count(",") else ","
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and not any(letter.isdigit() for letter in cells[0])):
                continue
            try:
                hours = parse_hours(", ".join(cells[2:])) if len(cells) > 2 else ()
                yield Holiday(_day(cells[0]), _name(cells[1] if len(cells) > 1 else ""), hours)
            except InvalidCalendar as error:
                raise InvalidHolidays(f"line {number}: {error}") from error
    except csv.Error as error:
        raise InvalidHolidays(f"the file is no CSV: {error}") from error


def _day(text: str) -> date:
    """A day as 2026-12-25, 20261225 or 25.12.2026."""
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        text = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidCalendar(f"{text[:40]!r} is no day; write it as 2026-12-25") from error


def _name(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_NAME]


def _from_icalendar(text: str) -> Iterator[Holiday]:
    # A long line goes on in the next one, which then begins with a blank.
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    event: dict[str, tuple[int, str]] | None = None
    for number, line in enumerate(unfolded.splitlines(), start=1):
        name, _, value = line.partition(":")
        name = name.partition(";")[0].strip().upper()
        if (name, value.strip().upper()) == ("BEGIN", "VEVENT"):
            event = {}
        elif (name, value.strip().upper()) == ("END", "VEVENT") and event is not None:
            yield from _of_event(event, number)
            event = None
        elif event is not None and name in {"DTSTART", "DTEND", "SUMMARY", "RRULE"}:
            event[name] = (number, value.strip())


def _of_event(event: dict[str, tuple[int, str]], end_line: int) -> Iterator[Holiday]:
    """One holiday a day; the end of an event of whole days is not part of it."""
    if "DTSTART" not in event:
        raise InvalidHolidays(f"line {end_line}: this event has no DTSTART")
    if "RRULE" in event:
        raise InvalidHolidays(f"line {event['RRULE'][0]}: repeated events are not read; export each year's days by themselves")
    first = _icalendar_day(*event["DTSTART"])
    last = _icalendar_day(*event["DTEND"]) - timedelta(days=1) if "DTEND" in event else first
    if (last - first).days > LONGEST_EVENT_DAYS:
        raise InvalidHolidays(f"line {end_line}: this event lasts more than {LONGEST_EVENT_DAYS} days")
    name = _name(re.sub(r"\\([,;\\])", r"\1", event.get("SUMMARY", (0, ""))[1]))
    day = first
    while day <= max(first, last):
        yield Holiday(day, name)
        day += timedelta(days=1)


def _icalendar_day(number: int, value: str) -> date:
    try:
        return date.fromisoformat(value[:8])
    except ValueError as error:
        raise InvalidHolidays(f"line {number}: {value[:40]!r} is no day; iCalendar writes it as 20261225") from error
