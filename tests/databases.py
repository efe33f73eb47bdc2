"""Databases at the newest revision, each a copy of one that was migrated once a run."""

import tempfile
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import URL, Engine, make_url

import migrations
from history.database import open_engine

TEMPLATE = "penstock_migrated"


def empty_database(url: str) -> Engine:
    """Connections to the empty database of this URL, once it has every table and policy."""
    parsed = make_url(url)
    if parsed.drivername.startswith("postgresql"):
        _copy_on_server(parsed)
    elif parsed.database and not Path(parsed.database).exists():
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        Path(parsed.database).write_bytes(_file())
    engine = open_engine(url)
    # One query where the copy was made.
    migrations.upgrade(engine)
    return engine


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="penstock-template-") as folder:
        path = Path(folder) / "template.db"
        engine = open_engine(f"sqlite:///{path}")
        migrations.upgrade(engine)
        engine.dispose()
        return path.read_bytes()


def _copy_on_server(url: URL) -> None:
    server = url.set(database="postgres")
    _template_on_server(server)
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{url.database}"')
        connection.execute(f'CREATE DATABASE "{url.database}" TEMPLATE "{TEMPLATE}"')


@cache
def _template_on_server(server: URL) -> None:
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
    engine = open_engine(server.set(database=TEMPLATE).render_as_string(hide_password=False))
    migrations.upgrade(engine)
    engine.dispose()


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
