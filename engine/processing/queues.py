"""What is due and what can be handed out, in memory: two heaps of integers that the store can rebuild at any start.

An entry may be stale (the job was completed, the timer cancelled): whoever pops it looks at the entity before acting. That
keeps every change a push, and 356,000 waiting entries in a few megabytes. A job that is pushed into a stream is taken from the
middle of its heap: its entry is skipped later, and the heap written anew when half of it is such.
"""

from collections.abc import Callable, Collection, Iterable
from heapq import heapify, heappop, heappush

from engine.processing.commands import DEFAULT_TENANT

_KEY_BITS = 64
_KEY_MASK = (1 << _KEY_BITS) - 1
# Fewer entries that were taken from the middle are never worth a heap's rewriting.
_FEW_TAKEN = 64


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


# A job type, with its tenant before it unless that is the default one.
type _QueueName = str | tuple[str, str]


def _queue_name(job_type: str, tenant_id: str) -> _QueueName:
    return job_type if tenant_id == DEFAULT_TENANT else (tenant_id, job_type)


class JobQueues:
    """Keys of activatable jobs by type and tenant, oldest first."""

    __slots__ = ("_heaps", "_others", "_taken", "became_available")

    def __init__(self, jobs: Iterable[tuple[str, int, str]] = ()) -> None:
        # The default tenant's jobs are found by their type alone.
        self._heaps: dict[_QueueName, list[int]] = {}
        # By type: the other tenants that have a queue.
        self._others: dict[str, set[str]] = {}
        # By queue: what was taken from the middle of its heap. The first entry of a heap is never one of these.
        self._taken: dict[_QueueName, set[int]] = {}
        for job_type, key, tenant_id in jobs:
            self._heap(job_type, tenant_id).append(key)
        for heap in self._heaps.values():
            heapify(heap)
        # Jobs that came since their waiting clients were told of some, by type.
        self.became_available: dict[str, list[int]] = {}

    def _heap(self, job_type: str, tenant_id: str) -> list[int]:
        name = _queue_name(job_type, tenant_id)
        heap = self._heaps.get(name)
        if heap is None:
            heap = self._heaps[name] = []
            if tenant_id != DEFAULT_TENANT:
                self._others.setdefault(job_type, set()).add(tenant_id)
        return heap

    def push(self, job_type: str, key: int, tenant_id: str) -> None:
        taken = self._taken.get(_queue_name(job_type, tenant_id))
        if taken and key in taken:
            taken.discard(key)
        else:
            heappush(self._heap(job_type, tenant_id), key)
        self.became_available.setdefault(job_type, []).append(key)

    def pop(self, job_type: str, tenant_ids: Collection[str] = ()) -> int | None:
        """The oldest of these tenants' jobs; of everybody's where none is named."""
        name = self._oldest(job_type, tenant_ids) if tenant_ids or self._others else job_type
        heap = self._heaps.get(name)
        if not heap:
            return None
        key = heappop(heap)
        if name in self._taken:
            self._skip_taken(name, heap)
        elif not heap:
            self._drop(name)
        return key

    def take(self, job_type: str, key: int, tenant_id: str) -> None:
        """Take a job that is there, wherever it stands."""
        name = _queue_name(job_type, tenant_id)
        heap = self._heaps.get(name)
        if heap is None:
            return
        if heap[0] == key:
            heappop(heap)
        else:
            self._taken.setdefault(name, set()).add(key)
        self._skip_taken(name, heap)

    def _skip_taken(self, name: _QueueName, heap: list[int]) -> None:
        """Let the first entry be one that is still to be had."""
        taken = self._taken.get(name)
        if taken:
            while heap and heap[0] in taken:
                taken.discard(heappop(heap))
            if len(taken) > max(_FEW_TAKEN, len(heap) // 2):
                heap[:] = [key for key in heap if key not in taken]
                heapify(heap)
                taken.clear()
        if not taken:
            self._taken.pop(name, None)
        if not heap:
            self._drop(name)

    def _oldest(self, job_type: str, tenant_ids: Collection[str]) -> _QueueName:
        """The queue whose first job is the oldest."""
        asked = tenant_ids or (DEFAULT_TENANT, *self._others.get(job_type, ()))
        names = [_queue_name(job_type, tenant_id) for tenant_id in asked]
        filled = [name for name in names if name in self._heaps]
        return min(filled, key=lambda name: self._heaps[name][0], default=names[0])

    def _drop(self, name: _QueueName) -> None:
        del self._heaps[name]
        self._taken.pop(name, None)
        if not isinstance(name, str):
            tenant_id, job_type = name
            self._others[job_type].discard(tenant_id)
            if not self._others[job_type]:
                del self._others[job_type]


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
