"""Databases that are copied while they are used: first all are frozen, moments apart, then each is copied in its own time."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from services.backup.errors import BackupFailed


class Frozen(Protocol):
    """A database as of one moment."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask it."""
        ...

    def copy_to(self, path: Path) -> None:
        """Write all of it into a file.

        Raises:
            BackupFailed: it could not be read or written.
        """
        ...


class Source(Protocol):
    """A database in use."""

    @property
    def name(self) -> str:
        """The name of its copy in the archive."""
        ...

    def frozen(self) -> AbstractContextManager[Frozen]:
        """Keep sight of the present moment while others go on writing."""
        ...


@contextmanager
def freeze(sources: Sequence[Source]) -> Iterator[list[Frozen]]:
    """Freeze databases in the order given: a later one is never older than an earlier one."""
    with ExitStack() as stack:
        yield [stack.enter_context(source.frozen()) for source in sources]


class SqliteSource:
    """A SQLite file."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.name = name

    @contextmanager
    def frozen(self) -> Iterator[Frozen]:
        """Hold a read transaction: writers go on, and what they write is not seen."""
        if not self._path.exists():
            raise BackupFailed(f"{self._path}: there is no such database to back up")
        connection = sqlite3.connect(f"file:{self._path.resolve()}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("PRAGMA busy_timeout = 30000")
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            yield _FrozenSqlite(self._path, connection)
        except sqlite3.Error as error:
            raise BackupFailed(f"{self._path} cannot be copied: {error}") from error
        finally:
            connection.close()


class _FrozenSqlite:
    dialect = "sqlite"

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def copy_to(self, path: Path) -> None:
        target = sqlite3.connect(path)
        try:
            # In the transaction that is open, so as of the moment it began.
            self._connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise BackupFailed(f"{self._path} cannot be copied: {error}") from error
        finally:
            target.close()
