"""Opening the SQL database of read models and business tables: one URL, SQLite or PostgreSQL."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import SQLITE_BUSY
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteRefused

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import ConnectionPoolEntry

# A writer waits this long for another one: SQLite lets one write at a time.
BUSY_TIMEOUT_MS = 30_000
NO_SUCH_FILE = "there is no such file"
# What row-level security shows to work for the whole installation.
EVERY_TENANT = "*"
_tenant: ContextVar[str] = ContextVar("tenant", default=EVERY_TENANT)


@dataclass(frozen=True, slots=True)
class Pool:
    """How many connections to PostgreSQL a process keeps, may have at most, and how long one who asks waits for one."""

    kept: int = 5
    most: int = 20
    wait_seconds: float = 10.0


@contextmanager
def for_tenant(tenant_id: str) -> Iterator[None]:
    """Let transactions that begin in this block, and in threads it calls, see one tenant's rows alone (PostgreSQL)."""
    token = _tenant.set(tenant_id)
    try:
        yield
    finally:
        _tenant.reset(token)


def open_engine(url: str, *, durable: bool = True, pool: Pool | None = None, make: bool = True) -> Engine:
    """The SQLAlchemy engine of a database URL; `postgresql://` speaks psycopg 3.

    On SQLite readers never wait for the writer (WAL). `durable=False` is for who can do its work again: what it committed
    survives a killed process, but after a power failure the last of it may be missing. With `make=False` a file that is not
    there is an error: SQLite would make an empty one for whoever only looks. Errors say which statement failed and not with
    which values: those are people's, and errors end in logs.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if not parsed.drivername.startswith("sqlite"):
        return _open_postgresql(parsed, pool or Pool())
    engine = create_engine(parsed, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "handle_error", _leave_what_is_busy)
    if not make:
        event.listen(engine, "do_connect", _refuse_what_is_not_there)
    if not durable:
        event.listen(engine, "connect", _sync_at_checkpoints_only)
    return engine


def _open_postgresql(url: URL, pool: Pool) -> Engine:
    """A connection is rolled back when it is returned, tried before it is lent, and renewed twice an hour."""
    sizes = {"pool_size": pool.kept, "max_overflow": max(pool.most - pool.kept, 0), "pool_timeout": pool.wait_seconds}
    engine = create_engine(
        url, pool_pre_ping=True, pool_recycle=1800, hide_parameters=True, pool_reset_on_return="rollback", **sizes
    )
    event.listen(engine, "begin", _say_tenant)
    return engine


def _say_tenant(connection: Connection) -> None:
    """Local to the transaction: the next one on this connection says its own.

    On a cursor of its own, whatever the connection's options are: one that streams would only declare the query, never run it.
    """
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("SELECT set_config('app.tenant', %s, true)", (_tenant.get(),))


def _prepare_sqlite(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _refuse_what_is_not_there(_dialect: object, _entry: object, where: list[str], _options: object) -> None:
    """`where` is what the driver would open."""
    file = where[0]
    if file != ":memory:" and not file.startswith("file:") and not Path(file).exists():
        raise SqliteRefused(NO_SUCH_FILE)


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
