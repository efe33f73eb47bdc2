"""What is promised to a customer, and the steps on the way to a promise that is missed.

A promise has three steps: half of its time gone, three quarters, all of it. They lie in working time, so a reminder at 50 %
comes when half of the team's hours are gone, not half of the night.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.sla.calendar import WorkingCalendar
from services.sla.clock import NeverDue, Pause, due_time

SHARES = (50, 75, 100)


class Promise(StrEnum):
    REPLY = "reply"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Step:
    """The moment at which so many percent of a promise's time are gone."""

    promise: Promise
    share: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StepDone:
    """That a step was acted on, under which revision of the targets."""

    promise: Promise
    share: int
    revision: int


def due_or_never(
    calendar: WorkingCalendar, started_at: datetime, within: timedelta, pauses: Sequence[Pause]
) -> datetime | None:
    """When a promise falls due; None while a pause goes on, or where the calendar never opens."""
    try:
        return due_time(calendar, started_at, within, pauses)
    except NeverDue:
        return None


def steps_of(
    promise: Promise, calendar: WorkingCalendar, started_at: datetime, within: timedelta, pauses: Sequence[Pause]
) -> list[Step]:
    """The steps that have a moment: behind a pause that goes on there are none."""
    moments = ((share, due_or_never(calendar, started_at, within * share / 100, pauses)) for share in SHARES)
    return [Step(promise, share, at) for share, at in moments if at is not None]


def next_step(steps: Iterable[Step], done: Collection[StepDone], revision: int, now: datetime) -> Step | None:
    """The earliest step that is still to be taken, None where there is none.

    New targets arm a step again that then lies ahead; one that lies behind and was taken before stays taken. Of several steps
    of a promise that lie behind, only the last is taken: nobody needs two reminders and the bad news in one minute.
    """
    open_steps = [step for step in steps if not _is_settled(step, done, revision, now)]
    return min((step for step in open_steps if not _is_overtaken(step, open_steps, now)), key=_order, default=None)


def _is_settled(step: Step, done: Collection[StepDone], revision: int, now: datetime) -> bool:
    takings = [one for one in done if one.promise == step.promise and one.share >= step.share]
    return any(one.revision == revision or step.at <= now for one in takings)


def _is_overtaken(step: Step, others: Iterable[Step], now: datetime) -> bool:
    return any(other.promise == step.promise and other.share > step.share and other.at <= now for other in others)


def _order(step: Step) -> tuple[datetime, int, bool]:
    return step.at, step.share, step.promise == Promise.RESOLUTION
