"""The port, and one process that remembers by itself; it forgets on restart."""

from threading import Lock
from time import monotonic
from typing import Protocol

WITHIN_SECONDS = 300.0
MOST_TASKS = 10_000


class Presence(Protocol):
    """Keeps the last look of each person at each task."""

    def others(self, task_key: int, username: str, now: float | None = None) -> list[str]:
        """Note that `username` looks at the task; returns who else did lately, the latest first."""
        ...


class InMemoryPresence:
    """`Presence` of one process; safe between threads, bounded in size."""

    def __init__(self) -> None:
        self._looks: dict[int, dict[str, float]] = {}
        self._lock = Lock()

    def others(self, task_key: int, username: str, now: float | None = None) -> list[str]:
        at = monotonic() if now is None else now
        with self._lock:
            looks = self._looks.setdefault(task_key, {})
            looks[username] = at
            if len(self._looks) > MOST_TASKS:
                self._looks.pop(next(iter(self._looks)))
            fresh = {name: look for name, look in looks.items() if at - look <= WITHIN_SECONDS}
            self._looks[task_key] = fresh
        return sorted((name for name in fresh if name != username), key=lambda name: -fresh[name])
