"""Whether a process can serve: each part answers for itself, in words that tell an operator where to look."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# Why a part cannot serve; an empty text when it can.
type Check = Callable[[], str]

# Load balancers and Prometheus ask often: what one of them heard is good enough for the next.
FRESH_SECONDS = 2.0


@dataclass
class Readiness:
    """The parts that a process needs, each with its check."""

    parts: Mapping[str, Check]
    fresh_seconds: float = FRESH_SECONDS
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, str] = field(default_factory=dict, init=False)
    _asked_at: float = field(default=float("-inf"), init=False)
    _stopping: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def reasons(self) -> Mapping[str, str]:
        """Each part's reason, empty where it can serve; several askers share one look."""
        if self._stopping:
            return {"process": "it is stopping: what it has begun it finishes, new work goes to another"}
        with self._lock:
            if self.clock() - self._asked_at > self.fresh_seconds:
                self._known = {part: _asked(check) for part, check in self.parts.items()}
                self._asked_at = self.clock()
            return self._known

    def stop(self) -> None:
        """From now on the process is not ready: it was told to end."""
        self._stopping = True


def _asked(check: Check) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a check that fails is itself a reason, and must not end the server
        return f"the check failed: {type(error).__name__}"
