"""The arithmetic of promises: working time passed, and the moment a promise falls due.

The clock runs in the calendar's working time, and stands still while the ticket waits for somebody else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.sla.calendar import Interval, WorkingCalendar

# A promise that falls due later than this is a mistake in the calendar.
LONGEST = timedelta(days=3660)


class NeverDue(ValueError):
    """The working time that is promised does not come: the calendar is closed, or a pause does not end."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from `start` until `end`, or still does; `reason` is shown to people."""

    start: datetime
    end: datetime | None
    reason: str


def working_time(calendar: WorkingCalendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """Working time between two moments, pauses left out; zero where the end comes first."""
    passed = calendar.worked(start, end)
    if not pauses:
        return passed
    counted = start
    for pause in sorted(pauses, key=lambda pause: pause.start):
        begin, stop = max(pause.start, counted), min(pause.end or end, end)
        if begin < stop:
            passed -= calendar.worked(begin, stop)
            counted = stop
    return passed


def due_time(calendar: WorkingCalendar, start: datetime, promised: timedelta, pauses: Sequence[Pause] = ()) -> datetime:
    """The first moment at which the promised working time has passed.

    Raises:
        NeverDue: it does not pass within ten years, or a pause has no end yet.
    """
    left = promised
    if left <= timedelta():
        return start
    for begin, stop in _running(calendar, start, pauses):
        if begin - start > LONGEST:
            break
        if stop - begin >= left:
            return begin + left
        left -= stop - begin
    raise NeverDue(f"{promised} of working time after {start.isoformat()} do not come within ten years")


def _running(calendar: WorkingCalendar, start: datetime, pauses: Sequence[Pause]) -> Iterator[Interval]:
    """Working intervals from a moment on, with the pauses cut out."""
    stops = sorted(((pause.start, pause.end) for pause in pauses), key=lambda stop: stop[0])
    for opens, end in calendar.intervals(start):
        begin = opens
        for stop_start, stop_end in stops:
            if stop_start >= end:
                break
            if begin < stop_start:
                yield begin, stop_start
            if stop_end is None:
                return
            begin = max(begin, stop_end)
        if begin < end:
            yield begin, end
