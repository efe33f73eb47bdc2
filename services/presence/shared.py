"""What the web processes of one machine remember together, in a file that none of them needs to keep."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.presence.memory import WITHIN_SECONDS

log = structlog.get_logger(__name__)
# A hint is not worth a longer wait.
BUSY_SECONDS = 0.2
_TABLE = "CREATE TABLE IF NOT EXISTS look (task INTEGER, person TEXT, at REAL, PRIMARY KEY (task, person)) WITHOUT ROWID"


@dataclass(frozen=True, slots=True)
class SharedPresence:
    """`Presence` of all processes that name the same file; where it cannot be used, nobody else is seen."""

    path: Path

    def others(self, task_key: int, username: str, now: float | None = None) -> list[str]:
        at = time.time() if now is None else now
        try:
            with self._looks() as looks:
                looks.execute("DELETE FROM look WHERE task = ? AND at < ?", (task_key, at - WITHIN_SECONDS))
                looks.execute("REPLACE INTO look VALUES (?, ?, ?)", (task_key, username, at))
                others = "SELECT person FROM look WHERE task = ? AND person <> ? ORDER BY at DESC"
                return [str(person) for (person,) in looks.execute(others, (task_key, username))]
        except sqlite3.Error as error:
            log.warning("presence_unknown", reason=type(error).__name__)
            return []

    @contextmanager
    def _looks(self) -> Iterator[sqlite3.Connection]:
        """One transaction. What a power failure takes of this file nobody misses."""
        with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(_TABLE)
            with connection:
                yield connection
