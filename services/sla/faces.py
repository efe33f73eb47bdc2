"""A clock as people read it: how much of each promise is gone, how much working time is left, and how bad that is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from services.sla.calendar import WorkingCalendar
from services.sla.clock import Pause, working_time
from services.sla.promises import Promise, due_or_never
from services.sla.records import ClockPause, SlaClock

AT_RISK_FROM = 0.75


class FaceState(StrEnum):
    """From the worst to the best; one that stands still is shown between."""

    MISSED = "missed"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    ON_TIME = "on_time"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Face:
    """One promise of one clock, now. `left` is working time, negative where the promise was missed so long ago."""

    promise: Promise
    within: timedelta
    passed: timedelta
    # When it was kept or, being late, done after all.
    done_at: datetime | None
    state: FaceState
    # The moment at which a share of the promised time has passed: worked out for the few clocks of a list that are shown.
    _started_at: datetime = field(repr=False, compare=False)
    _calendar: WorkingCalendar = field(repr=False, compare=False)
    _stops: Sequence[Pause] = field(repr=False, compare=False)

    @property
    def half_at(self) -> datetime | None:
        return self._moment_of(0.5)

    @property
    def three_quarters_at(self) -> datetime | None:
        return self._moment_of(0.75)

    @property
    def due_at(self) -> datetime | None:
        return self._moment_of(1)

    def _moment_of(self, share: float) -> datetime | None:
        return due_or_never(self._calendar, self._started_at, self.within * share, self._stops)

    @property
    def left(self) -> timedelta:
        return self.within - self.passed

    @property
    def share(self) -> float:
        return self.passed / self.within


def _left(face: Face) -> timedelta:
    return face.within - face.passed


@dataclass(frozen=True)
class Dial:
    """All of a clock that a page shows."""

    clock: SlaClock
    pauses: tuple[ClockPause, ...]
    faces: tuple[Face, ...]
    # Worked out for the few clocks of a list that are shown.
    _works_now: Callable[[], bool] = field(repr=False, compare=False)

    @property
    def is_working_now(self) -> bool:
        return self._works_now()

    @cached_property
    def pressing(self) -> Face:
        """The promise with the least time left among those that are still open."""
        open_faces = [face for face in self.faces if face.done_at is None] or self.faces
        return min(open_faces, key=_left)

    @property
    def state(self) -> FaceState:
        return self.pressing.state


def read_dial(clock: SlaClock, calendar: WorkingCalendar, pauses: Sequence[ClockPause], now: datetime) -> Dial:
    stops = [Pause(pause.started_at, pause.ended_at, pause.reason) for pause in pauses]
    until = clock.ended_at or now
    faces = tuple(_face(clock, promise, calendar, stops, until) for promise in Promise)
    return Dial(
        clock, tuple(pauses), faces, lambda: working_time(calendar, now, now + timedelta(minutes=1), stops) > timedelta()
    )


def _face(clock: SlaClock, promise: Promise, calendar: WorkingCalendar, stops: Sequence[Pause], until: datetime) -> Face:
    within = clock.within(promise)
    done_at = clock.ended_at if promise == Promise.RESOLUTION else clock.replied_at
    passed = working_time(calendar, clock.started_at, done_at or until, stops)
    state = _state(passed / within, is_done=done_at is not None, is_paused=clock.paused_at is not None)
    return Face(promise, within, passed, done_at, state, clock.started_at, calendar, stops)


def _state(share: float, *, is_done: bool, is_paused: bool) -> FaceState:
    if share > 1 or (share == 1 and not is_done):
        return FaceState.MISSED
    if is_done:
        return FaceState.KEPT
    if is_paused:
        return FaceState.PAUSED
    return FaceState.AT_RISK if share >= AT_RISK_FROM else FaceState.ON_TIME


def by_time_left(dials: Iterable[Dial]) -> list[Dial]:
    """The most pressing first; clocks that stand still behind those that run."""
    return sorted(dials, key=lambda dial: (dial.state == FaceState.PAUSED, dial.pressing.left, dial.clock.subject_id))
