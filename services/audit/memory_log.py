"""The audit log in memory."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from services.audit.entry import GENESIS, AuditEntry, Deed, hashed
from services.audit.log import PAGE, AuditFilter


@dataclass
class InMemoryAuditLog:
    """Forgotten with the process."""

    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    _entries: list[AuditEntry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def append(self, deed: Deed) -> AuditEntry:
        with self._lock:
            previous = self._entries[-1].sum if self._entries else GENESIS
            entry = hashed(AuditEntry(len(self._entries) + 1, self.now_ms(), deed, previous))
            self._entries.append(entry)
        return entry

    def page(self, wanted: AuditFilter, *, before: int | None = None, limit: int = PAGE) -> Sequence[AuditEntry]:
        fitting = (each for each in reversed(self._entries) if wanted.fits(each) and (before is None or each.sequence < before))
        return [each for each, _ in zip(fitting, range(limit), strict=False)]

    def entries(self) -> Iterator[AuditEntry]:
        return iter(list(self._entries))
