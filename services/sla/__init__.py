"""Service levels: what is promised to customers, the clocks that count working time, and who is told when time runs out.

From the arithmetic outwards: `calendar` and `clock` count working time, `promises` knows the steps of a promise, `desk` keeps
the clocks in a `book`, `faces` shows them to people.
"""

from services.sla.asking import TargetsAsked
from services.sla.book import ClockBook
from services.sla.calendar import ALWAYS, InvalidCalendar, WorkingCalendar
from services.sla.calendars import COMMON, Calendars, Holiday, InMemoryCalendars, TeamCalendar, calendars_that_count
from services.sla.clock import NeverDue, Pause, due_time, working_time
from services.sla.desk import Plan, SlaDesk
from services.sla.durations import InvalidDuration, parse_duration
from services.sla.faces import Dial, Face, FaceState, by_time_left, read_dial
from services.sla.holidays import InvalidHolidays, read_holidays
from services.sla.hours import format_hours, parse_hours
from services.sla.memory_book import InMemoryClockBook
from services.sla.people import InMemorySkillBook, SkillBook, Skills, read_skills
from services.sla.promises import Promise, Step, next_step, steps_of
from services.sla.records import (
    Change,
    ChangeKind,
    ClockEnded,
    ClockPause,
    ClockUnknown,
    PauseReason,
    SlaClock,
    StepKind,
    StepTaken,
    TargetChange,
    TargetReason,
)
from services.sla.sql_book import SqlClockBook
from services.sla.sql_calendars import SqlCalendars, SqlSkillBook

__all__ = [
    "ALWAYS",
    "COMMON",
    "Calendars",
    "Change",
    "ChangeKind",
    "ClockBook",
    "ClockEnded",
    "ClockPause",
    "ClockUnknown",
    "Dial",
    "Face",
    "FaceState",
    "Holiday",
    "InMemoryCalendars",
    "InMemoryClockBook",
    "InMemorySkillBook",
    "InvalidCalendar",
    "InvalidDuration",
    "InvalidHolidays",
    "NeverDue",
    "Pause",
    "PauseReason",
    "Plan",
    "Promise",
    "SkillBook",
    "Skills",
    "SlaClock",
    "SlaDesk",
    "SqlCalendars",
    "SqlClockBook",
    "SqlSkillBook",
    "Step",
    "StepKind",
    "StepTaken",
    "TargetChange",
    "TargetReason",
    "TargetsAsked",
    "TeamCalendar",
    "WorkingCalendar",
    "by_time_left",
    "calendars_that_count",
    "due_time",
    "format_hours",
    "next_step",
    "parse_duration",
    "parse_hours",
    "read_dial",
    "read_holidays",
    "read_skills",
    "steps_of",
    "working_time",
]
