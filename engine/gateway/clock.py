"""The partition's clock: the system's, or one that tests move."""

import time
from collections.abc import Callable
from dataclasses import dataclass


class SystemClock:
    """Milliseconds since 1970, as the machine has them, but never going back.

    Where the machine's clock is set back, this one goes on at half its speed until the machine's has caught up: timers that are
    running keep running, and nothing that has happened lies in the future.
    """

    is_controlled = False

    def __init__(self, wall: Callable[[], int] = time.time_ns, steady: Callable[[], int] = time.monotonic_ns) -> None:
        """`wall` may jump, `steady` never does; both count nanoseconds."""
        self._wall = wall
        self._steady = steady
        self._last = 0
        self._seen = steady()

    def not_before(self, moment: int) -> None:
        """Go on from a moment that was reached before, in milliseconds since 1970."""
        self._last = max(self._last, moment * 1_000_000)

    def now(self) -> int:
        wall, seen = self._wall(), self._steady()
        self._last = max(wall, self._last + (seen - self._seen) // 2)
        self._seen = seen
        return self._last // 1_000_000


@dataclass(slots=True)
class ControlledClock:
    """The system's time plus an offset, or standing still at a moment."""

    offset: int = 0
    pinned: int | None = None
    is_controlled = True

    def now(self) -> int:
        if self.pinned is not None:
            return self.pinned
        return time.time_ns() // 1_000_000 + self.offset

    def add(self, milliseconds: int) -> None:
        if self.pinned is None:
            self.offset += milliseconds
        else:
            self.pinned += milliseconds

    def pin(self, epoch_milliseconds: int) -> None:
        self.pinned = epoch_milliseconds

    def reset(self) -> None:
        self.offset = 0
        self.pinned = None


type Clock = SystemClock | ControlledClock
