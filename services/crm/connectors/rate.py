"""Not asking faster than a system allows: a token bucket that also listens to what the system answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class TokenBucket:
    """`per_second` requests on the average, `burst` at once; all threads of a process share it."""

    per_second: float
    burst: int
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _tokens: float = field(init=False)
    _filled_at: float = field(init=False)
    _lock: Lock = field(init=False, default_factory=Lock)

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)
        self._filled_at = self.clock()

    def take(self) -> None:
        """Wait until one more request is allowed; those who wait go one after the other."""
        with self._lock:
            now = self.clock()
            if now > self._filled_at:
                self._tokens = min(float(self.burst), self._tokens + (now - self._filled_at) * self.per_second)
                self._filled_at = now
            self._tokens -= 1
            wait = max(0.0, self._filled_at - now) + max(0.0, -self._tokens / self.per_second)
        if wait > 0:
            self.sleep(wait)

    def hold(self, seconds: float) -> None:
        """The system asks for silence: nothing goes out for so long, and nothing has been saved up by then."""
        with self._lock:
            self._tokens = min(self._tokens, 0.0)
            self._filled_at = max(self._filled_at, self.clock() + seconds)
