"""Counters of the web processes of one machine, in a file that none of them needs to keep."""

import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import structlog

from services.rate_limits.limits import InMemoryCounters

log = structlog.get_logger(__name__)
# A request waits no longer than this for its turn to be counted.
BUSY_SECONDS = 0.1
_TABLE = (
    "CREATE TABLE IF NOT EXISTS asked (subject TEXT, slot INTEGER, count INTEGER, PRIMARY KEY (subject, slot)) WITHOUT ROWID"
)
_ADD = "INSERT INTO asked VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count"
_LAST = "SELECT count FROM asked WHERE subject = ? AND slot = ?"


@dataclass
class SharedCounters:
    """`RateCounters` of all processes that name the same file; where it cannot be used, each counts for itself."""

    # Counting takes microseconds, but at times somebody else counts just then.
    is_at_hand: ClassVar[bool] = False
    path: Path
    _own: InMemoryCounters = field(default_factory=InMemoryCounters)
    _newest: int = 0
    _connection: sqlite3.Connection | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, subject: str, window: int) -> tuple[int, int]:
        with self._lock:
            try:
                return self._count(subject, window)
            except sqlite3.Error as error:
                log.warning("rate_counters_away", reason=type(error).__name__)
                return self._own.count(subject, window)

    def _count(self, subject: str, window: int) -> tuple[int, int]:
        connection = self._connection = self._connection or self._open()
        with connection:
            if window > self._newest:
                connection.execute("DELETE FROM asked WHERE slot < ?", (window - 1,))
                self._newest = window
            ((now,),) = connection.execute(_ADD, (subject, window)).fetchall()
        last = connection.execute(_LAST, (subject, window - 1)).fetchone()
        return int(now), int(last[0]) if last else 0

    def _open(self) -> sqlite3.Connection:
        """What a power failure takes of this file nobody misses."""
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(_TABLE)
        return connection
