"""`penstock tickets send FILE` and `penstock tickets samples`: bring tickets in, each once."""

import asyncio
import hashlib
import time
from collections.abc import Iterable
from itertools import batched, islice
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

import bootstrap
from cli.csv_files import InvalidTable, read_table
from services.crm import InvalidTicket, NewTicket
from services.crm.sample_tickets import sample_tickets
from settings import Settings
from zeebe.errors import ZeebeError
from zeebe.publisher import ZeebeMessagePublisher

app = typer.Typer(help="Bring tickets in; sending the same ones again changes nothing.")
console = Console()

BATCH = 100
SUBJECT_WORDS = 8


@app.command()
def send(
    file: Annotated[Path, typer.Argument(help="CSV or CSV.gz with a text column.", exists=True, dir_okay=False)],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many rows.")] = None,
    text: Annotated[str, typer.Option(help="The column with the text.")] = "text",
    subject: Annotated[str | None, typer.Option(help="The column with the subject; else the text's first words.")] = None,
) -> None:
    """Send tickets from a file. A row sent before is recognised and skipped, so an interrupted run can be repeated."""
    columns = [text] if subject is None else [text, subject]
    try:
        total = sum(1 for _row in islice(read_table(file, columns), limit))
        source = f"file:{_digest(file)}"
        rows = islice(read_table(file, columns), limit)
        _send((_ticket(source, number, row, text, subject) for number, row in enumerate(rows, start=1)), total)
    except (InvalidTable, InvalidTicket) as error:
        console.print(f"[red]{file}: {error}")
        raise typer.Exit(1) from error


@app.command()
def samples(
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 20,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same tickets; default: new ones.")] = None,
) -> None:
    """Send made-up tickets, English and Russian."""
    chosen = seed if seed is not None else time.time_ns() // 1_000_000
    _send((sample.ticket for sample in sample_tickets(count, seed=chosen)), count)


def _send(tickets: Iterable[NewTicket], total: int) -> None:
    try:
        asyncio.run(_send_all(tickets, total))
    except ZeebeError as error:
        console.print(
            f"[red]The gateway did not take the tickets: {error}. Is `penstock up` running? What was saved is sent later."
        )
        raise typer.Exit(1) from error


async def _send_all(tickets: Iterable[NewTicket], total: int) -> None:
    settings = Settings()
    started, new, known = time.monotonic(), 0, 0
    columns = (TextColumn("tickets"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with bootstrap.open_database(settings) as engine:
        desk = bootstrap.ticket_desk(engine)
        async with bootstrap.zeebe_client(settings) as client:
            publisher = ZeebeMessagePublisher(client)
            with Progress(*columns, console=console) as bar:
                task = bar.add_task("tickets", total=total)
                for batch in batched(tickets, BATCH):
                    receipts = await asyncio.to_thread(desk.intake, batch)
                    new += sum(receipt.is_new for receipt in receipts)
                    known += sum(not receipt.is_new for receipt in receipts)
                    while await desk.publish_pending(publisher):
                        pass
                    bar.advance(task, len(batch))
    seconds = time.monotonic() - started
    console.print(f"{new} tickets sent, {known} were there already; {new / seconds:.0f} a second.")


def _ticket(source: str, number: int, row: dict[str, str], text: str, subject: str | None) -> NewTicket:
    words = row[text].split()
    title = row[subject] if subject else " ".join(words[:SUBJECT_WORDS]) + (" …" if len(words) > SUBJECT_WORDS else "")
    try:
        return NewTicket(source=source, external_id=str(number), text=row[text], subject=title[:500])
    except InvalidTicket as error:
        raise InvalidTicket(f"row {number}: {error}") from error


def _digest(file: Path) -> str:
    """Names the file by its content: a renamed copy brings no ticket twice."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:16]
