"""`penstock database`: create the database or bring it to the newest revision; every start does the same by itself."""

import sys
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError, SQLAlchemyError

import migrations
from history.database import NO_SUCH_FILE, open_engine
from settings import Settings

app = typer.Typer(help="Create or upgrade the database.", no_args_is_help=True)

Url = Annotated[str | None, typer.Option("--url", help="SQLAlchemy URL; default: the installation's own database.")]


@app.command()
def upgrade(url: Url = None) -> None:
    """Create the tables, or bring those of an earlier version to this one's."""
    engine = open_engine(url or _own_url())
    try:
        before, after = migrations.upgrade(engine)
    except (migrations.DatabaseTooNew, migrations.DatabaseBusy, SQLAlchemyError) as error:
        typer.echo(f"cannot upgrade {engine.url.render_as_string()}: {error}", err=True)
        sys.exit(1)
    finally:
        engine.dispose()
    name = engine.url.render_as_string()
    typer.echo(f"{name}: {'up to date' if before == after else f'upgraded from {before or "nothing"}'}, revision {after}")


@app.command()
def status(url: Url = None) -> None:
    """Say which revision the database is at; exit code 1 when it is not the newest."""
    engine = open_engine(url or Settings().sql_url, make=False)
    try:
        current = migrations.current_revision(engine)
    except OperationalError as error:
        if str(error.orig) != NO_SUCH_FILE:
            raise
        current = None
    finally:
        engine.dispose()
    newest = migrations.newest_revision()
    todo = "" if current else "; make it by `penstock database upgrade`"
    typer.echo(f"{engine.url.render_as_string()}: revision {current or 'none'}, newest {newest}{todo}")
    if current != newest:
        sys.exit(1)


def _own_url() -> str:
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings.sql_url
