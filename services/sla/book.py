"""The port behind which clocks are kept: one transaction's view of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from services.sla.records import Change, ClockPause, SlaClock, StepTaken, TargetChange


class ClockPages(Protocol):
    """Clocks within one transaction. Targets, steps and changes are only ever added to."""

    def clock(self, subject_id: str, *, to_change: bool = False) -> SlaClock | None:
        """A clock; `to_change` keeps others from changing it until this transaction ends."""
        ...

    def running(self, *, team: str | None = None, priority: str | None = None) -> Sequence[SlaClock]:
        """Every clock that has not ended, those due first at the front."""
        ...

    def put(self, clock: SlaClock) -> None: ...

    def pauses(self, subject_ids: Sequence[str]) -> dict[str, list[ClockPause]]:
        """The pauses of each subject, oldest first; of a subject without any, an empty list."""
        ...

    def pauses_of_running(self) -> dict[str, list[ClockPause]]:
        """The pauses of all clocks that have not ended and ever stood still, by subject, oldest first."""
        ...

    def begin_pause(self, subject_id: str, pause: ClockPause) -> None: ...

    def end_pause(self, subject_id: str, pause: ClockPause) -> None:
        """End the pause that goes on, with the end and the name that the given one carries."""
        ...

    def targets(self, subject_id: str) -> Sequence[TargetChange]: ...

    def add_target(self, subject_id: str, change: TargetChange) -> None: ...

    def steps(self, subject_id: str) -> Sequence[StepTaken]: ...

    def add_step(self, subject_id: str, step: StepTaken) -> bool:
        """False where a step with its request id is there already: then nothing was added."""
        ...

    def add_change(self, change: Change, *, announced: bool) -> bool:
        """False where a change with its id is there already: then nothing was added."""
        ...

    def kept_change(self, change_id: str) -> Change | None: ...

    def unannounced(self, limit: int) -> Sequence[Change]: ...

    def announced(self, change_ids: Sequence[str]) -> None: ...


class ClockBook(Protocol):
    """Where clocks are kept."""

    def open(self) -> AbstractContextManager[ClockPages]:
        """Begin a transaction; leaving it commits, an exception undoes it."""
        ...
