"""What the page of background work shows and changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.background_work import Schedule, TaskBook, TickRun


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue as it is now: what carries it, and how many messages wait there; None where it does not answer."""

    broker: str
    depth: int | None


@dataclass(frozen=True, slots=True)
class ClockTask:
    """A task that the clock starts, and its last run."""

    name: str
    every_seconds: float
    run: TickRun | None

    @property
    def is_running(self) -> bool:
        return self.run is not None and self.run.ended_at is None

    @property
    def took_seconds(self) -> float | None:
        if self.run is None or self.run.ended_at is None:
            return None
        return (self.run.ended_at - self.run.started_at).total_seconds()

    def is_late(self, now: datetime) -> bool:
        """Whether it should have begun long ago."""
        begun = self.run.started_at.timestamp() if self.run else 0.0
        return now.timestamp() - begun > self.every_seconds * 2 + 60


@dataclass(frozen=True, slots=True)
class BackgroundDesk:
    """One tenant's tasks. `queue` and `by_the_clock` are the installation's: None and empty for who does not run it."""

    book: TaskBook
    schedule: Schedule
    queue: Callable[[], QueueState | None]
    # Name -> every how many seconds.
    by_the_clock: Mapping[str, float]

    def clock_tasks(self) -> Sequence[ClockTask]:
        """Those that fail first."""
        runs = {run.name: run for run in self.schedule.runs()}
        tasks = [ClockTask(name, every, runs.get(name)) for name, every in self.by_the_clock.items()]
        return sorted(tasks, key=lambda task: (-(task.run.failures if task.run else 0), task.name))
