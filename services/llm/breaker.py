"""A breaker: an endpoint that failed several times running is left alone for a while, then tried with one question."""

import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5
REST_SECONDS = 30.0


@dataclass
class Breaker:
    """One endpoint's, shared by all questions of this process."""

    failures_allowed: int = FAILURES
    rest_seconds: float = REST_SECONDS
    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _closed_again_at: float = 0.0

    def admits(self) -> bool:
        """Whether to ask now. After a rest one question goes through; the others wait for its answer, or the next rest."""
        if self._failures < self.failures_allowed:
            return True
        now = self.clock()
        if now < self._closed_again_at:
            return False
        self._closed_again_at = now + self.rest_seconds
        return True

    @property
    def is_open(self) -> bool:
        return self._failures >= self.failures_allowed

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self.failures_allowed:
            self._closed_again_at = self.clock() + self.rest_seconds
