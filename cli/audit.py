"""`penstock audit`: look into the audit log, and follow its chain."""

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

import bootstrap
from services.audit import AuditEntry, AuditFilter, SqlAuditLog
from services.audit import verify as follow
from services.audit.cells import HEADER, cells
from settings import Settings

app = typer.Typer(help="Look into the audit log, and follow its chain.", no_args_is_help=True)


@app.command()
def verify(
    head: Annotated[str, typer.Option(help="A sum that was noted earlier: it must still be in the log.")] = "",
) -> None:
    """Follow the chain from its beginning: exit code 0 whole, 1 changed."""
    sums = {head} - {""}

    def listened(entries: Iterable[AuditEntry]) -> Iterator[AuditEntry]:
        for entry in entries:
            sums.discard(entry.sum)
            yield entry

    with _log() as log:
        found = follow(listened(log.entries()))
    if found.first_break is not None:
        typer.echo(
            f"entry {found.first_break}: {found.why}; {found.breaks:,} of {found.entries:,} entries do not fit", err=True
        )
        raise typer.Exit(1)
    if sums:
        typer.echo(f"the entry with the sum {head} is no longer in the log: its end was cut off", err=True)
        raise typer.Exit(1)
    typer.echo(f"whole: {found.entries:,} entries, head {found.head}")


@app.command("list")
def list_entries(
    actor: Annotated[str, typer.Option(help="A username.")] = "",
    action: Annotated[str, typer.Option(help="A part of the action.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
) -> None:
    """The newest entries as CSV."""
    writer = csv.writer(sys.stdout)
    writer.writerow(HEADER)
    with _log() as log:
        writer.writerows(map(cells, log.page(AuditFilter(actor=actor, action=action), limit=limit)))


@contextmanager
def _log() -> Iterator[SqlAuditLog]:
    with bootstrap.open_database(Settings()) as engine:
        yield SqlAuditLog(engine)
