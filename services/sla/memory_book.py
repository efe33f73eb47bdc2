"""Clocks in memory, for trying a process without a database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import RLock

from services.sla.records import Change, ClockPause, SlaClock, StepTaken, TargetChange

_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class InMemoryClockPages:
    _clocks: dict[str, SlaClock] = field(default_factory=dict)
    _pauses: dict[str, list[ClockPause]] = field(default_factory=dict)
    _targets: dict[str, list[TargetChange]] = field(default_factory=dict)
    _steps: dict[str, list[StepTaken]] = field(default_factory=dict)
    _changes: dict[str, Change] = field(default_factory=dict)
    _unannounced: list[str] = field(default_factory=list)

    def clock(self, subject_id: str, *, to_change: bool = False) -> SlaClock | None:  # noqa: ARG002 -- nobody else writes
        return self._clocks.get(subject_id)

    def running(self, *, team: str | None = None, priority: str | None = None) -> Sequence[SlaClock]:
        fitting = [
            clock
            for clock in self._clocks.values()
            if clock.ended_at is None and team in {None, clock.team} and priority in {None, clock.priority}
        ]
        return sorted(fitting, key=lambda clock: clock.resolve_due_at or _FAR)

    def put(self, clock: SlaClock) -> None:
        self._clocks[clock.subject_id] = clock

    def pauses(self, subject_ids: Sequence[str]) -> dict[str, list[ClockPause]]:
        return {subject_id: list(self._pauses.get(subject_id, ())) for subject_id in subject_ids}

    def pauses_of_running(self) -> dict[str, list[ClockPause]]:
        running = [subject_id for subject_id, clock in self._clocks.items() if clock.ended_at is None]
        return {subject_id: list(self._pauses[subject_id]) for subject_id in running if self._pauses.get(subject_id)}

    def begin_pause(self, subject_id: str, pause: ClockPause) -> None:
        self._pauses.setdefault(subject_id, []).append(pause)

    def end_pause(self, subject_id: str, pause: ClockPause) -> None:
        pauses = self._pauses[subject_id]
        pauses[-1] = replace(pauses[-1], ended_at=pause.ended_at, ended_by=pause.ended_by)

    def targets(self, subject_id: str) -> Sequence[TargetChange]:
        return list(self._targets.get(subject_id, ()))

    def add_target(self, subject_id: str, change: TargetChange) -> None:
        self._targets.setdefault(subject_id, []).append(change)

    def steps(self, subject_id: str) -> Sequence[StepTaken]:
        return list(self._steps.get(subject_id, ()))

    def add_step(self, subject_id: str, step: StepTaken) -> bool:
        steps = self._steps.setdefault(subject_id, [])
        if any(one.request_id == step.request_id for one in steps):
            return False
        steps.append(step)
        return True

    def add_change(self, change: Change, *, announced: bool) -> bool:
        if change.change_id in self._changes:
            return False
        self._changes[change.change_id] = change
        if not announced:
            self._unannounced.append(change.change_id)
        return True

    def kept_change(self, change_id: str) -> Change | None:
        return self._changes.get(change_id)

    def unannounced(self, limit: int) -> Sequence[Change]:
        return [self._changes[change_id] for change_id in self._unannounced[:limit]]

    def announced(self, change_ids: Sequence[str]) -> None:
        self._unannounced = [change_id for change_id in self._unannounced if change_id not in change_ids]


@dataclass
class InMemoryClockBook:
    """`ClockBook` that forgets everything when it goes."""

    _pages: InMemoryClockPages = field(default_factory=InMemoryClockPages)
    # One opens the book at a time, as with one writer of a database: callers come from threads.
    _lock: RLock = field(default_factory=RLock)

    @contextmanager
    def open(self) -> Iterator[InMemoryClockPages]:
        with self._lock:
            before = deepcopy(self._pages)
            try:
                yield self._pages
            except BaseException:
                self._pages = before
                raise
