"""`penstock crm`: connect other CRMs, keep in step with them, and see how far each is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import bootstrap
from services.crm.connectors import CrmError
from services.crm.connectors.ports import Credentials
from services.crm.connectors.sealing import SealBroken
from services.crm.sync import Busy, ConnectionBook, ConnectionUnknown, InvalidConnection, LeaseLost, Standing
from settings import Settings

app = typer.Typer(no_args_is_help=True, help="Connect other CRMs and keep in step with them.")
console = Console()
Name = Annotated[str, typer.Argument(help="The connection's name.")]


@app.command("list")
def show() -> None:
    """Every connection: how much is here and there, and what is wrong."""
    with _book(looks=True) as (_settings, book):
        table = Table("connection", "system", "state", "kind", "here", "there", "read", "completed")
        for each in book.all():
            state = "paused" if each.is_paused else "connect again" if each.is_disconnected else each.last_error or "ok"
            standings: list[Standing | None] = [*each.standings]
            for standing in standings or [None]:
                cells = ["–"] * 5
                if standing is not None:
                    completed = standing.completed_at.isoformat(timespec="seconds") if standing.completed_at else "–"
                    cells = [standing.kind.value, _count(standing.ours), _count(standing.theirs), str(standing.seen), completed]
                table.add_row(escape(each.name), each.system, escape(state), *cells)
        console.print(table)


@app.command()
def add(
    name: Name,
    system: Annotated[str, typer.Argument(help="bitrix24, amocrm, chatwoot or tryton.")],
    address: Annotated[str, typer.Argument(help="Like https://example.bitrix24.com.")],
    credentials: Annotated[
        Path | None,
        typer.Option(help="A JSON file with what connects: client_id, client_secret, access_token …; - reads it here."),
    ] = None,
) -> None:
    """Connect a system. Where somebody has to agree in the browser, the page /connections leads there."""
    with _book() as (settings, book):
        try:
            text = sys.stdin.buffer.read() if str(credentials) == "-" else credentials.read_bytes() if credentials else b"{}"
            held = msgspec.json.decode(text, type=Credentials)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OSError) as error:
            _fail(f"the credentials cannot be read: {error}")
        try:
            connection, secret = book.add(name, system, address)
        except InvalidConnection as error:
            _fail(str(error))
        factory = bootstrap.crm_factory(settings, book.engine)
        factory.tokens(connection.connection_id, system, connection.base_url).store(held)
        console.print(
            f"Webhooks come to {settings.pages_url}/api/v1/crm-hooks/{connection.connection_id}/{secret}", soft_wrap=True
        )


@app.command()
def sync(
    name: Name,
    everything: Annotated[bool, typer.Option("--all", help="Read everything anew.")] = False,
    seconds: Annotated[float, typer.Option(help="For at most so long; the next run goes on there.")] = float("inf"),
) -> None:
    """Read what changed, or go on with what was begun; says what both sides hold."""
    with _book() as (settings, book):
        try:
            connection = book.named(name)
            if everything:
                book.read_all(name)
            outcome = bootstrap.sync_connection(settings, book.engine, connection, seconds=seconds)
        except (ConnectionUnknown, CrmError, SealBroken, Busy, LeaseLost) as error:
            _fail(f"{name}: {error}")
        console.print(
            f"{outcome.seen} read, {outcome.changed} new or changed{'' if outcome.is_finished else ', not finished yet'}"
        )
        standings = book.named(name).standings
        for each in standings:
            console.print(f"{each.kind.value}: {_count(each.ours)} here, {_count(each.theirs)} there")
        if outcome.is_finished and not all(each.is_complete for each in standings):
            console.print(
                "[yellow]The counts differ: something changed while it was read, or is missing; the next run looks again."
            )
            raise typer.Exit(3)


@app.command()
def pause(name: Name) -> None:
    """Leave a system alone."""
    with _book() as (_settings, book):
        _told(book, name, is_paused=True)


@app.command()
def resume(name: Name) -> None:
    """Go on with it."""
    with _book() as (_settings, book):
        _told(book, name, is_paused=False)


@app.command()
def remove(name: Name) -> None:
    """Forget a connection with everything that was read from it."""
    with _book() as (_settings, book):
        try:
            book.remove(name)
        except ConnectionUnknown as error:
            _fail(str(error))


@app.command()
def reseal() -> None:
    """Seal all credentials under the newest key; then PENSTOCK_EARLIER_SECRET_KEYS may be emptied."""
    with _book() as (settings, book):
        factory = bootstrap.crm_factory(settings, book.engine)
        for each in book.all():
            try:
                factory.tokens(each.connection_id, each.system, each.base_url).seal_anew()
            except (SealBroken, CrmError) as error:
                _fail(f"{each.name}: {error}")
        console.print(f"{len(book.all())} sealed anew")


def _told(book: ConnectionBook, name: str, *, is_paused: bool) -> None:
    try:
        book.pause(name, is_paused=is_paused)
    except ConnectionUnknown as error:
        _fail(str(error))


@contextmanager
def _book(*, looks: bool = False) -> Iterator[tuple[Settings, ConnectionBook]]:
    settings = Settings()
    bootstrap.upgrade_database(settings, make=not looks)
    with bootstrap.open_database(settings) as engine:
        yield settings, ConnectionBook(engine)


def _count(value: int | None) -> str:
    return "–" if value is None else str(value)


def _fail(text: str) -> NoReturn:
    console.print(f"[red]{escape(text)}")
    raise typer.Exit(1)
