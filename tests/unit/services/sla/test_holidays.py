from datetime import date, time

import pytest

from services.sla import InvalidCalendar, InvalidHolidays, format_hours, parse_hours, read_holidays

ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20261225\r
DTEND;VALUE=DATE:20261227\r
SUMMARY:Christmas\\, both\r
  days\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20270101T000000Z\r
SUMMARY:New Year\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_reads_a_list_with_a_heading_names_and_short_days() -> None:
    days = read_holidays(b"date,name,hours\n2026-12-25,Christmas\n\n24.12.2026,Christmas Eve,09:00-13:00\n")

    assert [(day.day, day.name, day.hours) for day in days] == [
        (date(2026, 12, 24), "Christmas Eve", ((time(9), time(13)),)),
        (date(2026, 12, 25), "Christmas", ()),
    ]


def test_reads_what_a_russian_spreadsheet_writes() -> None:
    [day] = read_holidays("\ufeffдата;название\r\n09.05.2027;День Победы\r\n".encode())

    assert (day.day, day.name) == (date(2027, 5, 9), "День Победы")


def test_reads_an_icalendar_each_day_of_an_event_its_end_excluded() -> None:
    days = read_holidays(ICS)

    assert [(day.day.isoformat(), day.name) for day in days] == [
        ("2026-12-25", "Christmas, both days"),
        ("2026-12-26", "Christmas, both days"),
        ("2027-01-01", "New Year"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "names no day"),
        (b"\xff\xfe2026", "not UTF-8"),
        (b"2026-12-25,Christmas\n2026-13-01,Nothing", "line 2: '2026-13-01' is no day"),
        (b"2026-12-25,Christmas,9 to 5", "line 1: '9 to 5' are no hours"),
        (b"x" * 600_000, "at most 524288"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", "no DTSTART"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT", "line 4|'soon' is no day"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=YEARLY\nEND:VEVENT", "line 4: repeated events"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nDTEND:99990101\nEND:VEVENT", "more than 60 days"),
    ],
)
def test_refuses_what_is_no_list_of_holidays(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidHolidays, match=reason):
        read_holidays(content)


def test_refuses_a_list_that_names_too_many_days() -> None:
    lines = [f"{year}-{month:02}-{day:02},x" for year in range(2000, 2011) for month in range(1, 13) for day in range(1, 29)]

    with pytest.raises(InvalidHolidays, match="more than 3000 days"):
        read_holidays("\n".join(lines).encode())


@pytest.mark.parametrize("text", ["09:00-13:00, 14:00-18:00", "00:00-24:00", ""])
def test_hours_are_read_as_they_are_written(text: str) -> None:
    assert format_hours(parse_hours(text)) == text


def test_hours_may_be_written_carelessly() -> None:
    assert format_hours(parse_hours("9.00 – 13:30;14:00-18:00")) == "09:00-13:30, 14:00-18:00"


@pytest.mark.parametrize("text", ["9-17", "25:00-26:00", "09:00-17:60", ", ".join(["09:00-10:00"] * 7), "x" * 500])
def test_refuses_hours_that_no_clock_shows(text: str) -> None:
    with pytest.raises(InvalidCalendar):
        parse_hours(text)
