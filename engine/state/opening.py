"""Which store keeps a gateway's state: a file in its data directory, or a PostgreSQL database."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.processing.ports import Store
from engine.state.sqlite import SqliteStore
from engine.state.sqlite_reader import SqliteReader

if TYPE_CHECKING:
    from engine.state.postgres_reader import PostgresReader

STATE_FILE = "engine.db"


def open_store(data_dir: Path, url: str | None = None, *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> Store:
    """The store, for its one writer; made where it is missing.

    Raises:
        StoreUnusable: it cannot be opened, or another gateway holds it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    if url is None:
        return SqliteStore(data_dir / STATE_FILE, synchronous=synchronous)
    from engine.state.postgres import PostgresStore  # noqa: PLC0415 - its driver takes a while to load

    return PostgresStore(url, synchronous=synchronous)


def open_reader(data_dir: Path, url: str | None = None) -> "SqliteReader | PostgresReader":
    """What was committed, for a tool that only looks; a gateway may run beside it.

    Raises:
        StoreUnusable: there is nothing, or it cannot be read.
    """
    if url is None:
        return SqliteReader.open(data_dir / STATE_FILE)
    from engine.state.postgres_reader import PostgresReader  # noqa: PLC0415 - its driver takes a while to load

    return PostgresReader.open(url)
