"""What the processor needs of whatever keeps its state and its records.

State is one table of rows. A row belongs to an owner: the process instance it is part of, or minus its kind where it stands for
itself (a deployed process, a buffered message). All rows of an owner are read at once, so a waiting instance is one range scan
away and need not stay in memory. `lookup` and `due` are the only other ways in, and both are sparse.

Writing has two halves so that the slow one can run beside the processing of the next commands: `write` puts the rows into an
open transaction, `commit` adds the records and waits for the disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Row(NamedTuple):
    """One stored entity."""

    key: int
    owner: int
    kind: int
    # Where the entity is found by content: "j/type" for an activatable job, "s/name\0key" for a message subscription.
    lookup: str | None
    # Milliseconds since 1970 at which something has to happen to the entity.
    due: int | None
    body: bytes


class StoredRow(NamedTuple):
    """What is read back of a row whose owner is known."""

    key: int
    kind: int
    body: bytes


@dataclass(slots=True)
class Counters:
    """Where keys and positions go on, and the latest moment the engine has seen."""

    last_key: int
    last_position: int
    now: int


@dataclass(slots=True)
class Batch:
    """Everything that became true between two commits."""

    counters: Counters
    upserts: list[Row] = field(default_factory=list)
    deletes: list[int] = field(default_factory=list)
    # Lines of JSON, in the order of their positions.
    records: list[str] = field(default_factory=list)
    first_position: int = 0

    def __bool__(self) -> bool:
        return bool(self.upserts or self.deletes or self.records)


class RecordChunk(NamedTuple):
    """Records that were committed together, as newline-delimited JSON."""

    first_position: int
    last_position: int
    lines: bytes


class StoreFull(Exception):
    """There is no room to write; nothing of the batch was kept."""


class Store(Protocol):
    """Rows and records. Reads see what was committed; one caller writes."""

    def counters(self) -> Counters | None:
        """The counters of the last commit, None when nothing was ever written."""
        ...

    def owned(self, owner: int) -> list[StoredRow]:
        """All rows of an owner, by key."""
        ...

    def owner_of(self, key: int) -> int | None:
        """The owner of a row, None where there is no such row."""
        ...

    def row(self, key: int) -> StoredRow | None:
        """One row by its key."""
        ...

    def keys_at(self, lookup: str) -> list[int]:
        """Keys of the rows found at a lookup, ascending."""
        ...

    def lookups(self, prefix: str) -> Iterable[tuple[str, int]]:
        """Every (lookup, key) whose lookup starts with the prefix."""
        ...

    def dues(self) -> Iterable[tuple[int, int]]:
        """Every (due, key) there is."""
        ...

    def write(self, batch: Batch) -> None:
        """Put a batch's rows into the open transaction.

        Raises:
            StoreFull: there was no room.
        """
        ...

    def commit(self, batch: Batch) -> None:
        """Add the batch's records and make all of it durable; may run on another thread than `write`.

        Raises:
            StoreFull: there was no room; the transaction was rolled back.
        """
        ...

    def records(self, after_position: int) -> RecordChunk | None:
        """The first chunk with a record after a position, whole."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...
