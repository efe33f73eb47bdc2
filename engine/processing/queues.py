"""What is due and what can be handed out, in memory: two heaps of integers that the store can rebuild at any start.

An entry may be stale (the job was completed, the timer cancelled): whoever pops it looks at the entity before acting. That
keeps every change a push, and 356,000 waiting entries in a few megabytes.
"""

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

_KEY_BITS = 64
_KEY_MASK = (1 << _KEY_BITS) - 1


class DueQueue:
    """Keys ordered by the moment they are due."""

    __slots__ = ("_heap",)

    def __init__(self, dues: Iterable[tuple[int, int]] = ()) -> None:
        self._heap = [due << _KEY_BITS | key for due, key in dues]
        heapify(self._heap)

    def push(self, due: int, key: int) -> None:
        heappush(self._heap, max(due, 0) << _KEY_BITS | key)

    def pop(self, now: int) -> int | None:
        """The key due longest, None when nothing is due by now."""
        heap = self._heap
        if not heap or heap[0] >> _KEY_BITS > now:
            return None
        return heappop(heap) & _KEY_MASK

    @property
    def next_due(self) -> int | None:
        """When the next entry is due, should it still exist."""
        return self._heap[0] >> _KEY_BITS if self._heap else None


class JobQueues:
    """Keys of activatable jobs by type, oldest first."""

    __slots__ = ("_heaps", "became_available")

    def __init__(self, jobs: Iterable[tuple[str, int]] = ()) -> None:
        self._heaps: dict[str, list[int]] = {}
        for job_type, key in jobs:
            self._heaps.setdefault(job_type, []).append(key)
        for heap in self._heaps.values():
            heapify(heap)
        # Types that got a job since the last commit: their waiting clients are told after it.
        self.became_available: set[str] = set()

    def push(self, job_type: str, key: int) -> None:
        heap = self._heaps.get(job_type)
        if heap is None:
            heap = self._heaps[job_type] = []
        heappush(heap, key)
        self.became_available.add(job_type)

    def pop(self, job_type: str) -> int | None:
        heap = self._heaps.get(job_type)
        if not heap:
            return None
        key = heappop(heap)
        if not heap:
            del self._heaps[job_type]
        return key


class LookupIndex:
    """Keys by content, over what is stored and what is not stored yet.

    Two layers of changes lie over the store: those of the batch being committed and those made since.
    """

    __slots__ = ("_changes", "_committing", "_stored")

    def __init__(self, stored: Callable[[str], list[int]]) -> None:
        self._stored = stored
        self._changes: dict[str, dict[int, bool]] = {}
        self._committing: dict[str, dict[int, bool]] = {}

    def add(self, lookup: str, key: int) -> None:
        self._changes.setdefault(lookup, {})[key] = True

    def remove(self, lookup: str, key: int) -> None:
        self._changes.setdefault(lookup, {})[key] = False

    def keys(self, lookup: str) -> list[int]:
        """The keys at a lookup, ascending."""
        found = set(self._stored(lookup))
        for layer in (self._committing, self._changes):
            for key, present in layer.get(lookup, {}).items():
                if present:
                    found.add(key)
                else:
                    found.discard(key)
        return sorted(found)

    def begin_commit(self) -> None:
        self._committing, self._changes = self._changes, {}

    def end_commit(self) -> None:
        self._committing = {}
