"""`penstock report NAME`: write a report to a file."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine

import bootstrap
from services.reports import REPORT_NAMES, InvalidPeriod, Period, ReportFormat, Scope, TooManyRows, write_report
from settings import Settings

app = typer.Typer(help="Write a report to a file.")
console = Console(stderr=True)

DEFAULT_DAYS = 30
# A shorter wait needs no explanation.
QUIET_SECONDS = 1.0


@app.command()
def report(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(REPORT_NAMES)}.")],
    report_format: Annotated[ReportFormat | None, typer.Option("--format", help="Default: as the file's ending says.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, UTC.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, UTC; default: today.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write; default: NAME.FORMAT here.", dir_okay=False)] = None,
    language: Annotated[Literal["en", "ru"] | None, typer.Option(help="Default: the installation's.")] = None,
) -> None:
    """Write a report; without --from it covers the last 30 days."""
    if name not in REPORT_NAMES:
        raise typer.BadParameter(f"there is no report {name!r}; there are {', '.join(REPORT_NAMES)}", param_hint="NAME")
    settings = Settings()
    chosen = report_format or _format_of(out)
    now = datetime.now(UTC)
    last_day = (last or now).date()
    first_day = first.date() if first else last_day - timedelta(days=DEFAULT_DAYS - 1)
    try:
        scope = Scope(Period(first_day, last_day), now, language or settings.language)
    except InvalidPeriod as error:
        raise typer.BadParameter(str(error), param_hint="--from, --to") from error
    path = out or Path(f"{name}.{chosen.value}")
    bootstrap.upgrade_database(settings, make=False)
    try:
        with bootstrap.open_database(settings) as engine:
            rows = _write(engine, name, scope, chosen, path)
    except (TooManyRows, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        console.print(f"[red]{escape(str(path))} was not written: {escape(str(reason))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{path}: {rows} rows, {path.stat().st_size:,} bytes.", highlight=False, soft_wrap=True, markup=False)


def _format_of(out: Path | None) -> ReportFormat:
    ending = out.suffix.removeprefix(".").lower() if out else ReportFormat.PDF.value
    try:
        return ReportFormat(ending)
    except ValueError as error:
        known = ", ".join(each.value for each in ReportFormat)
        raise typer.BadParameter(
            f"the ending {ending!r} names no format; give one of {known}", param_hint="--format"
        ) from error


def _write(engine: Engine, name: str, scope: Scope, report_format: ReportFormat, path: Path) -> int:
    """Beside the file first, so that an interrupted report leaves the last one alone; returns the number of rows."""
    started, read = time.monotonic(), 0
    partial = path.with_name(f"{path.name}.part")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed} rows"), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(name, total=None)

    def on_rows(count: int) -> None:
        nonlocal read
        read = count
        bar.update(task, completed=count)
        if time.monotonic() - started > QUIET_SECONDS:
            bar.start()

    try:
        with partial.open("wb") as file:
            write_report(bootstrap.build_report(engine, name, scope), report_format, file, on_rows)
        partial.replace(path)
    finally:
        # Where nobody looks on, the end of a bar is an empty line, even of one that was never shown.
        if bar.live.is_started:
            bar.stop()
        partial.unlink(missing_ok=True)
    return read
