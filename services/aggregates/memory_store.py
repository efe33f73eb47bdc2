"""What one process keeps for itself: no more than so many bytes, the longest unused goes first."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_BYTES = 32 * 1024 * 1024


@dataclass
class InMemoryStore:
    """`Store` of this process alone."""

    most_bytes: int = MOST_BYTES
    clock: Callable[[], float] = time.monotonic
    _kept: "OrderedDict[str, tuple[float, bytes]]" = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str) -> bytes | None:
        with self._lock:
            until, content = self._kept.get(key, (0.0, None))
            if content is None:
                return None
            if until <= self.clock():
                self._drop(key)
                return None
            self._kept.move_to_end(key)
            return content

    def put(self, key: str, content: bytes, *, seconds: int) -> None:
        with self._lock:
            self._drop(key)
            if len(content) > self.most_bytes:
                return
            self._kept[key] = (self.clock() + seconds, content)
            self._bytes += len(content)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: str) -> None:
        _, content = self._kept.pop(key, (0.0, b""))
        self._bytes -= len(content)
