"""PostgreSQL databases, by its own tools: pg_dump from an exported snapshot, pg_restore into an empty database.

Connection data travel in the environment: a command line can be read by anybody on the machine.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from services.backup.errors import BackupFailed
from services.backup.sources import Frozen

# Row-level security holds the owner too: a backup says that it is for all tenants.
_EVERY_TENANT = "-c app.tenant=*"
_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}
_TABLES = (
    "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
    "WHERE relkind IN ('r', 'p', 'v', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
)


class PostgresSource:
    """A database, or only one schema of it, or all but one."""

    def __init__(self, url: str, name: str, *, schema: str | None = None, without_schema: str | None = None) -> None:
        self._url = _plain(url)
        self.name = name
        self._schema = schema
        chosen = [f"--schema={schema}"] if schema else []
        self._options = [*chosen, f"--exclude-schema={without_schema}"] if without_schema else chosen

    @contextmanager
    def frozen(self) -> Iterator[Frozen]:
        """Hold a transaction whose view of the data pg_dump then takes over."""
        try:
            with psycopg.connect(self._url, options=_EVERY_TENANT) as connection:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                row = connection.execute("SELECT pg_export_snapshot()").fetchone()
                assert row is not None, "the function returns a row"
                if self._schema:
                    connection.execute("SELECT set_config('search_path', %s, true)", (self._schema,))
                yield _FrozenPostgres(self._url, connection, [*self._options, f"--snapshot={row[0]}"])
        except psycopg.Error as error:
            raise BackupFailed(f"{self.name}: the database cannot be read: {error}") from error


class _FrozenPostgres:
    dialect = "postgresql"

    def __init__(self, url: str, connection: Connection[TupleRow], options: list[str]) -> None:
        self._url = url
        self._connection = connection
        self._options = options

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode(), binary=True).fetchall()

    def copy_to(self, path: Path) -> None:
        _run("pg_dump", self._url, "--enable-row-security", "--format=custom", "--no-owner", f"--file={path}", *self._options)


def restore_dump(url: str, dump: Path, *, schema: str | None = None) -> None:
    """Fill an empty database, or one that lacks a schema, from a dump: all of it or nothing.

    Raises:
        BackupFailed: it is not empty, or does not take the dump.
    """
    plain = _plain(url)
    condition = "AND nspname = %s" if schema else "AND nspname <> %s"
    try:
        with psycopg.connect(plain) as connection:
            # One of the two texts above and no other.
            found = connection.execute(f"{_TABLES} {condition}".encode(), (schema or "penstock_engine",)).fetchone()
    except psycopg.Error as error:
        raise BackupFailed(f"the database to restore into cannot be reached: {error}") from error
    if found is None or found[0]:
        raise BackupFailed("the database to restore into has tables already: create an empty one and name that")
    _run("pg_restore", plain, "--exit-on-error", "--single-transaction", "--no-owner", "--dbname", "", str(dump))


def _plain(url: str) -> str:
    """Without SQLAlchemy's name of a driver."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{mark}{rest}"


def _run(tool: str, url: str, *arguments: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise BackupFailed(
            f"{tool} is not installed: it comes with PostgreSQL's client (Debian: apt-get install postgresql-client)"
        )
    known = {_VARIABLES[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in _VARIABLES}
    done = subprocess.run(  # noqa: S603 - the tool of that name and options of ours
        [path, "--no-password", *arguments],
        env={**os.environ, **known, "PGOPTIONS": _EVERY_TENANT},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{tool} failed: {done.stderr.strip()[:2000]}")
