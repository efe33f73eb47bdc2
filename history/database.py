"""Opening the SQL database of read models and business tables: one URL, SQLite or PostgreSQL."""

from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry

# A writer waits this long for another one: SQLite lets one write at a time.
BUSY_TIMEOUT_MS = 30_000


def open_engine(url: str, *, durable: bool = True) -> Engine:
    """The SQLAlchemy engine of a database URL; `postgresql://` speaks psycopg 3.

    On SQLite readers never wait for the writer (WAL). `durable=False` is for who can do its work again: what it committed
    survives a killed process, but after a power failure the last of it may be missing. Errors say which statement failed and
    not with which values: those are people's, and errors end in logs.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if not parsed.drivername.startswith("sqlite"):
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "handle_error", _leave_what_is_busy)
    if not durable:
        event.listen(engine, "connect", _sync_at_checkpoints_only)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _leave_what_is_busy(context: ExceptionContext) -> None:
    """Drop a connection that SQLite calls busy.

    It does so at once, without the timeout, where something unfinished on the connection still reads an older state; there
    every write would fail in the same way, and on a new connection none does.
    """
    if getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF == SQLITE_BUSY:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _sync_at_checkpoints_only(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()
