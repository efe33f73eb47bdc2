"""The partition's clock: the system's, or one that tests move."""

import time
from dataclasses import dataclass


class SystemClock:
    """Milliseconds since 1970, as the machine has them."""

    is_controlled = False

    def now(self) -> int:
        return time.time_ns() // 1_000_000


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
