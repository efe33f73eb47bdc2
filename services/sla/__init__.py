"""Service levels: working time between two moments, and the moment when a promise falls due."""

from services.sla.calendar import ALWAYS, InvalidCalendar, WorkingCalendar
from services.sla.clock import NeverDue, Pause, due_time, working_time

__all__ = ["ALWAYS", "InvalidCalendar", "NeverDue", "Pause", "WorkingCalendar", "due_time", "working_time"]
