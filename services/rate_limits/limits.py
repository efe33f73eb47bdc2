"""A limit over a sliding minute, made of two counters: this window's, and the part of the last one that still counts.

So nobody gets twice the limit around the turn of a minute, and a subject costs two numbers, not a list of moments.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

WINDOW_SECONDS = 60
# Counters of a process that forgets none would grow with every stranger.
MOST_SUBJECTS = 100_000


class RateCounters(Protocol):
    """Counts by subject and window; a window is a whole number. `is_at_hand`: counting waits for nothing and nobody."""

    @property
    def is_at_hand(self) -> bool: ...

    def count(self, subject: str, window: int) -> tuple[int, int]:
        """Add one to this window; its count, and that of the window before."""
        ...


@dataclass
class InMemoryCounters:
    """One process alone: each web process then has a limit of its own."""

    is_at_hand: ClassVar[bool] = True
    _counts: dict[tuple[str, int], int] = field(default_factory=dict)
    _newest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, subject: str, window: int) -> tuple[int, int]:
        with self._lock:
            if window > self._newest or len(self._counts) > MOST_SUBJECTS:
                self._newest = window
                kept = {} if len(self._counts) > MOST_SUBJECTS else self._counts
                self._counts = {place: count for place, count in kept.items() if place[1] >= window - 1}
            now = self._counts[subject, window] = self._counts.get((subject, window), 0) + 1
            return now, self._counts.get((subject, window - 1), 0)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests of one subject within any minute."""

    name: str
    most: int
    counters: RateCounters
    clock: Callable[[], float] = time.time

    def seconds_to_wait(self, subject: str) -> int:
        """Count a request: 0 lets it through, else after so many whole seconds another may be."""
        window, passed = divmod(self.clock(), WINDOW_SECONDS)
        now, last = self.counters.count(f"{self.name}:{subject}", int(window))
        if now + last * (1 - passed / WINDOW_SECONDS) <= self.most:
            return 0
        if now < self.most and last:
            # In this window, when enough of the last one no longer counts.
            return max(1, int(WINDOW_SECONDS * (1 - (self.most - now - 1) / last) - passed) + 1)
        # In the next one, when enough of this one no longer counts.
        return int(WINDOW_SECONDS - passed + WINDOW_SECONDS * max(0.0, 1 - (self.most - 1) / now)) + 1
