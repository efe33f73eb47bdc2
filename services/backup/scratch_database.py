"""A PostgreSQL database for a short while, to restore into and to throw away."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from services.backup.errors import BackupFailed

PREFIX = "penstock_rehearsal_"


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The URL of a new, empty database beside the one that `url` names; it is dropped when the block ends.

    Raises:
        BackupFailed: the server is away, or the role may not create one.
    """
    name = f"{PREFIX}{secrets.token_hex(6)}"
    plain = _without_driver(url)
    try:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.Error as error:
        said = " ".join(str(error).split())[:200]
        if error.sqlstate is None:
            raise BackupFailed(f"no scratch database can be created to rehearse in: the server is away. {said}") from error
        raise BackupFailed(
            "no scratch database can be created to rehearse in: name a role that may (CREATEDB) by "
            f"PENSTOCK_BACKUP_REHEARSAL_URL. {said}"
        ) from error
    try:
        yield urlunsplit(urlsplit(plain)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _without_driver(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{mark}{rest}"
