"""`penstock history`: how far the read models are, and making them anew from the record log."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

import bootstrap
from history.projection_loop import run
from history.projector import ProjectionStopped, Projector
from history.queries import Queries
from settings import Settings
from zeebe.errors import RecordsDropped, ZeebeError
from zeebe.record_source import RecordSource
from zeebe.records import Record

app = typer.Typer(help="Rebuild or inspect the read models.", no_args_is_help=True)
console = Console()

_CANNOT_REBUILD = (
    "Records up to position {} are no longer kept (PENSTOCK_RECORD_RETENTION_HOURS), so read models made anew would lack what "
    "they told. Nothing was changed. What a backup holds can be brought back: docs/how-to/back-up.md"
)


class _UntilTheEnd:
    """The records there are now, without waiting for more."""

    def __init__(self, source: RecordSource) -> None:
        self._source = source

    def batches(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        return self._source.once(after)

    def once(self, after: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        return self._source.once(after)

    async def last_positions(self) -> dict[int, int]:
        return await self._source.last_positions()

    async def dropped_through(self) -> int:
        return await self._source.dropped_through()


@app.command()
def status() -> None:
    """Say how far the read models are behind the engine's record log."""
    settings = Settings()
    bootstrap.upgrade_database(settings, make=False)
    engine = bootstrap.sql_engine(settings)
    queries = Queries(engine)
    projected, until = queries.positions(), queries.projected_until()
    typer.echo(f"read models: {_named(projected)}, {_when(until)}")
    try:
        last = asyncio.run(bootstrap.record_source(settings, engine).last_positions())
    except ZeebeError as error:
        typer.echo(f"record log: {error}", err=True)
        sys.exit(1)
    to_go = sum(max(0, position - projected.get(partition_id, -1)) for partition_id, position in last.items())
    typer.echo(f"record log:  {_named(last)}, {to_go} to go")


@app.command()
def rebuild() -> None:
    """Empty the read models and fill them again from the first record; pages show less meanwhile."""
    settings = Settings()
    bootstrap.upgrade_database(settings)
    engine = bootstrap.sql_engine(settings)
    try:
        last = asyncio.run(_rebuild(bootstrap.record_source(settings, engine), Projector(engine)))
    except RecordsDropped as error:
        console.print(f"[red]{error}")
        sys.exit(1)
    except ZeebeError as error:
        console.print(f"[red]The record log cannot be read: {error}. Start it first: penstock gateway")
        sys.exit(1)
    except ProjectionStopped as error:
        console.print(f"[red]{error}")
        sys.exit(1)
    console.print(f"Rebuilt up to {_named(last)}.")


async def _rebuild(source: RecordSource, projector: Projector) -> dict[int, int]:
    # The log is asked first: read models that cannot be filled again are not emptied.
    last, dropped_through = sum((await source.last_positions()).values()), await source.dropped_through()
    if dropped_through:
        raise RecordsDropped(_CANNOT_REBUILD.format(dropped_through), dropped_through)
    projector.reset()
    columns = (TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("records", total=max(0, last))
        await run(_UntilTheEnd(source), projector, on_progress=lambda position: progress.update(task, completed=position))
    return projector.positions()


def _named(positions: Mapping[int, int]) -> str:
    """`position 5`, or `position 5 of partition 1, 7 of partition 2`."""
    if len(positions) <= 1:
        return f"position {next(iter(positions.values()), -1)}"
    return "position " + ", ".join(f"{position} of partition {each}" for each, position in sorted(positions.items()))


def _when(until: datetime | None) -> str:
    if until is None:
        return "no record yet"
    seconds = max(0.0, (datetime.now(UTC) - until).total_seconds())
    return f"newest record of {until:%Y-%m-%d %H:%M:%S} UTC, {seconds:,.1f} s ago"
