"""The SLA desk: starts clocks, recalculates their due times, carries out changes and notes what was done.

Every due time in the house comes from here: the process's timers, the dates of user tasks, the page and the reports.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from services.sla.asking import TargetsAsked, as_asked
from services.sla.book import ClockBook, ClockPages
from services.sla.calendar import WorkingCalendar
from services.sla.calendars import Calendars
from services.sla.changes import carry_out
from services.sla.clock import Pause, due_time
from services.sla.promises import Promise, Step, StepDone, due_or_never, next_step, steps_of
from services.sla.records import (
    Change,
    ChangeKind,
    ClockEnded,
    ClockPause,
    ClockUnknown,
    SlaClock,
    StepKind,
    StepTaken,
    TargetChange,
    TargetReason,
)

MESSAGE_NAME = "sla_changed"
# A step is noted when it is taken; these kinds settle it.
SETTLING = frozenset({StepKind.REMINDED, StepKind.MISSED})


class MessagePublisher(Protocol):
    """Publishes a Zeebe message; the same `message_id` twice is published once."""

    async def publish_once(self, name: str, correlation_key: str, message_id: str, variables: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """A clock as it stands now, and what comes next."""

    clock: SlaClock
    next_step: Step | None


@dataclass(frozen=True, slots=True)
class _Time:
    """In which a clock runs: the working hours of its team, less its pauses."""

    calendar: WorkingCalendar
    pauses: Sequence[Pause]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class SlaDesk:
    """All calls are short, blocking and one transaction each; callers on an event loop use a thread."""

    book: ClockBook
    calendars: Calendars
    now: Callable[[], datetime] = _utc_now

    def compute(self, asked: TargetsAsked, change: Change | None = None) -> Plan:
        """Start the clock, or bring it up to date with what the process says now, and with a change that came by message."""
        with self.book.open() as pages:
            before = pages.clock(asked.subject_id, to_change=True)
            clock, reason = as_asked(before, asked)
            note, who = "", ""
            if change is not None:
                if pages.add_change(change, announced=True):
                    clock, why = carry_out(pages, clock, change)
                    reason = reason or why
                # What a person typed stays in the book; the message only names the change.
                kept = pages.kept_change(change.change_id) or change
                note, who = kept.note or kept.reason, kept.who
            is_new = before is None and change is None
            time = _Time(self.calendars.calendar(clock.team), [] if is_new else _pauses(pages, clock))
            clock = _recalculated(pages, before, clock, time, asked.now, reason, note=note, who=who)
            return Plan(clock, _next(clock, time, [] if is_new else pages.steps(clock.subject_id), asked.now))

    def change(self, change: Change) -> SlaClock:
        """Carry out a person's wish at once and keep it to be announced to the process.

        Raises:
            ClockUnknown, ClockEnded: there is no clock that could change.
        """
        with self.book.open() as pages:
            before = _running_clock(pages, change.subject_id)
            if not pages.add_change(change, announced=False):
                return before
            if change.kind == ChangeKind.PRIORITY:
                # What the new priority promises is the decision table's matter: the process asks it and computes again.
                return before
            clock, reason = carry_out(pages, before, change)
            note = change.note or change.reason
            return _recalculated(pages, before, clock, self._time(pages, clock), change.at, reason, note=note, who=change.who)

    def answer_by(self, subject_id: str, now: datetime, within: timedelta) -> datetime:
        """The moment by which somebody must have answered, in the team's working time."""
        with self.book.open() as pages:
            clock = pages.clock(subject_id)
        calendar = self.calendars.calendar(clock.team if clock else "")
        return due_time(calendar, now, within)

    def take_step(self, subject_id: str, step: StepTaken) -> bool:
        """Note what was done; False where it had been noted before."""
        with self.book.open() as pages:
            return pages.add_step(subject_id, step)

    def clock(self, subject_id: str) -> SlaClock:
        """Raises `ClockUnknown`."""
        with self.book.open() as pages:
            clock = pages.clock(subject_id)
        if clock is None:
            raise ClockUnknown(subject_id)
        return clock

    def end(self, subject_id: str, at: datetime, outcome: str) -> None:
        """The work is over: the clock ends, and a pause with it. One that has ended, or never began, is left alone."""
        with self.book.open() as pages:
            clock = pages.clock(subject_id, to_change=True)
            if clock is None or clock.ended_at is not None:
                return
            if clock.paused_at is not None:
                pages.end_pause(subject_id, ClockPause(clock.paused_at, at, clock.pause_reason, "", "", ""))
            ended = replace(clock, ended_at=at, outcome=outcome, replied_at=clock.replied_at or at, paused_at=None)
            pages.put(_with_due_times(ended, self._time(pages, ended)))

    def recalculate_team(self, team: str, who: str) -> int:
        """After a change of calendar: new due times for every running clock of a team (of all, where it is the common one)."""
        now = self.now()
        with self.book.open() as pages:
            clocks = pages.running(team=team or None)
        for clock in clocks:
            with self.book.open() as pages:
                current = pages.clock(clock.subject_id, to_change=True)
                if current is None or current.ended_at is not None:
                    continue
                time = self._time(pages, current)
                after = _recalculated(pages, current, current, time, now, TargetReason.CALENDAR, note="", who=who)
                if after != current:
                    change_id = f"calendar:{current.subject_id}:{now.isoformat()}"
                    pages.add_change(Change(change_id, current.subject_id, ChangeKind.CALENDAR, now, who), announced=False)
        return len(clocks)

    async def publish_pending(self, publisher: MessagePublisher, *, limit: int = 500) -> int:
        """Tell the processes about changes that they do not know of; returns how many were told."""
        with self.book.open() as pages:
            pending = list(pages.unannounced(limit))
        done: list[str] = []
        try:
            for change in pending:
                variables = {"sla_change": _as_variable(change)}
                await publisher.publish_once(MESSAGE_NAME, change.subject_id, f"sla:{change.change_id}", variables)
                done.append(change.change_id)
        finally:
            if done:
                with self.book.open() as pages:
                    pages.announced(done)
        return len(done)

    def _time(self, pages: ClockPages, clock: SlaClock) -> _Time:
        return _Time(self.calendars.calendar(clock.team), _pauses(pages, clock))


def _recalculated(
    pages: ClockPages,
    before: SlaClock | None,
    clock: SlaClock,
    time: _Time,
    now: datetime,
    reason: TargetReason | None,
    *,
    note: str,
    who: str,
) -> SlaClock:
    clock = _with_due_times(clock, time)
    if clock == before:
        return clock
    pages.put(clock)
    if before is None or _targets(before) != _targets(clock):
        line = _line(before, clock, now, reason or TargetReason.CALENDAR, note=note, who=who)
        pages.add_target(clock.subject_id, line)
    return clock


def _with_due_times(clock: SlaClock, time: _Time) -> SlaClock:
    reply = due_or_never(time.calendar, clock.started_at, clock.reply_within, time.pauses)
    resolution = due_or_never(time.calendar, clock.started_at, clock.resolve_within, time.pauses)
    return replace(clock, reply_due_at=reply, resolve_due_at=resolution)


def _next(clock: SlaClock, time: _Time, taken: Sequence[StepTaken], now: datetime) -> Step | None:
    if not clock.is_running:
        return None
    steps = steps_of(Promise.RESOLUTION, time.calendar, clock.started_at, clock.resolve_within, time.pauses)
    if clock.replied_at is None:
        steps += steps_of(Promise.REPLY, time.calendar, clock.started_at, clock.reply_within, time.pauses)
    done = {StepDone(step.promise, step.share, step.revision) for step in taken if step.kind in SETTLING}
    return next_step(steps, done, clock.revision, now)


def _running_clock(pages: ClockPages, subject_id: str) -> SlaClock:
    clock = pages.clock(subject_id, to_change=True)
    if clock is None:
        raise ClockUnknown(subject_id)
    if clock.ended_at is not None:
        raise ClockEnded(subject_id)
    return clock


def _pauses(pages: ClockPages, clock: SlaClock) -> list[Pause]:
    kept = pages.pauses([clock.subject_id])[clock.subject_id]
    return [Pause(pause.started_at, pause.ended_at, pause.reason) for pause in kept]


def _targets(clock: SlaClock) -> tuple[object, ...]:
    return (clock.revision, clock.priority, clock.reply_due_at, clock.resolve_due_at)


def _line(
    before: SlaClock | None, clock: SlaClock, now: datetime, reason: TargetReason, *, note: str, who: str
) -> TargetChange:
    return TargetChange(
        at=now,
        reason=reason,
        note=note,
        who=who,
        revision=clock.revision,
        priority=clock.priority,
        reply_due_at=clock.reply_due_at,
        resolve_due_at=clock.resolve_due_at,
        old_priority=before.priority if before else None,
        old_reply_due_at=before.reply_due_at if before else None,
        old_resolve_due_at=before.resolve_due_at if before else None,
    )


def _as_variable(change: Change) -> dict[str, Any]:
    """A change as the process carries it; who and why stay in the book."""
    return {
        "id": change.change_id,
        "kind": change.kind.value,
        "reason": change.reason or None,
        "priority": change.priority or None,
        "by": change.who or None,
        "at": change.at.isoformat(),
    }
