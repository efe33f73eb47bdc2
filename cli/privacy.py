"""`penstock privacy`: a customer's data on request."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

import bootstrap
from api.privacy_desk import NotAnAddress
from bootstrap.mail import file_store, written_mails
from bootstrap.privacy import erase_person, export_person
from bootstrap.tenants import tenants
from settings import Settings

app = typer.Typer(help="A customer's data on request: all of it, or none.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(help="The customer's e-mail address.")]


@app.command()
def export(
    address: Address,
    out: Annotated[Path | None, typer.Option(help="The file to write; unset: standard output.")] = None,
) -> None:
    """Write all that is kept about a customer as JSON."""
    with _engine() as engine:
        found = export_person(engine, address)
    text = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    if out is None:
        typer.echo(text)
        return
    out.write_text(text, encoding="utf-8")
    typer.echo(f"{out}: " + ", ".join(f"{len(rows)} {kind}" for kind, rows in found.items() if isinstance(rows, list)))


@app.command()
def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking; it cannot be taken back.")] = False,
) -> None:
    """Erase what is kept about a customer, and say what stays and why."""
    if not yes:
        typer.confirm("Erase all that is kept about this customer? It cannot be taken back", abort=True)
    settings = Settings()
    with _engine() as engine:
        written = written_mails(settings)
        reports = [erase_person(engine, file_store(settings, each), address, each, written=written) for each in tenants(engine)]
    erased = sum((Counter(report.erased) for report in reports), Counter[str]())
    for kind in reports[0].erased:
        typer.echo(f"{erased[kind]:6,} {kind.replace('_', ' ')} erased")
    typer.echo("What stays:")
    for reason in dict.fromkeys(reason for report in reports for reason in report.stays):
        typer.echo(f"- {reason}")


@contextmanager
def _engine() -> Iterator[Engine]:
    try:
        with bootstrap.open_database(Settings()) as engine:
            yield engine
    except NotAnAddress as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
