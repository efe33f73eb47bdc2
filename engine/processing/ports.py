"""What the processor needs of whatever keeps its state and its records.

State is one table of rows. A row belongs to an owner: the process instance it is part of, or minus its kind where it stands for
itself (a deployed process, a buffered message). All rows of an owner are read at once, so a waiting instance is one range scan
away and need not stay in memory. `lookup` and `due` are the only other ways in, and both are sparse.

Writing has two halves so that the slow one can run beside the processing of the next commands: `write` puts the rows into an
open transaction, `commit` adds the records and waits for the disk. Where the disk can be waited for without holding anybody up,
`commit` is told to leave that to its caller.

The record log is kept in chunks, one a commit, each with a checksum that continues the one before. Its oldest chunks are
dropped when every reader of the log has said that it needs them no more; how far the readers are is kept beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
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
    # How far readers of the record log are, by name; None for one that reads no more.
    readers: dict[str, int | None] = field(default_factory=dict)
    # Chunks of records that end here or before are dropped.
    drop_through: int = 0

    def __bool__(self) -> bool:
        return bool(self.upserts or self.deletes or self.records or self.readers or self.drop_through)


class RecordChunk(NamedTuple):
    """Records that were committed together, as newline-delimited JSON."""

    first_position: int
    last_position: int
    lines: bytes


class StoredChunk(NamedTuple):
    """A chunk as it lies in the store, with what proves it whole."""

    first_position: int
    last_position: int
    # The engine's clock at the commit.
    moment: int
    checksum: int
    compressed: bytes


class LogStart(NamedTuple):
    """Where the record log begins: everything up to a position was dropped, and the checksum there."""

    dropped_through: int = 0
    checksum: int = 0


class StoreFull(Exception):
    """There is no room to write; nothing of the batch was kept."""


class StoreLost(Exception):
    """The store can no longer be reached: what is not answered may be kept or not, and nobody here can tell."""


class StoreUnusable(Exception):
    """What is to hold the state cannot be opened; says why and what to do."""


class RecordsDropped(Exception):
    """Somebody asked for records that are not kept any more."""

    def __init__(self, after_position: int, dropped_through: int) -> None:
        super().__init__(
            f"records after position {after_position} were asked for, but those up to {dropped_through} are dropped: every "
            f"reader had them and their time was over. Read on from {dropped_through}, or from a backup"
        )
        self.after_position = after_position
        self.dropped_through = dropped_through


class StateReader(Protocol):
    """Rows and records as they were last committed."""

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

    def records(self, after_position: int) -> RecordChunk | None:
        """The first chunk with a record after a position, whole.

        Raises:
            RecordsDropped: some of the records after it are gone.
        """
        ...

    def log_start(self) -> LogStart:
        """How much of the record log was dropped."""
        ...

    def readers(self) -> dict[str, int]:
        """How far the readers of the record log are."""
        ...

    def droppable(self, through: int, before: int, limit: int) -> int:
        """The end of the oldest chunks, at most `limit`, that end by a position and were committed before a moment; else 0."""
        ...

    def rows(self) -> Iterable[Row]:
        """Every row, by owner and key."""
        ...

    def chunks(self) -> Iterable[StoredChunk]:
        """Every chunk of the record log, by position."""
        ...

    def close(self) -> None:
        """Release what is open."""
        ...


class Store(StateReader, Protocol):
    """What the engine writes to. One caller writes, and reads see what was committed."""

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
            StoreLost: whether it was kept is not known.
        """
        ...

    @property
    def journal(self) -> Path | None:
        """The file that a commit writes and then waits for; None where there is none, or no wait was asked for."""
        ...

    def leave_flush(self) -> None:
        """From now on `commit` does not wait for the disk: a commit is durable when the caller has flushed the journal."""
        ...
