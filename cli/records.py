"""`penstock records`: what happened, as newline-delimited JSON in Zeebe's record form."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine.state.sqlite import SqliteStore
from settings import Settings
from zeebe.records import decode_line

app = typer.Typer()

# The name the partition gives it.
STATE_FILE = "engine.db"
LOOK_EVERY_SECONDS = 0.2


@app.command()
def records(
    data: Annotated[Path | None, typer.Option(help="The gateway's data. [default: PENSTOCK_DATA_DIR]")] = None,
    after: Annotated[int, typer.Option("--from", help="Print what came after this position.")] = -1,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
) -> None:
    """Print the record log of a data directory, whether its gateway runs or not."""
    path = (data or Settings().data_dir) / STATE_FILE
    if not path.exists():
        typer.echo(f"{path}: there is no such file; name the gateway's data directory with --data", err=True)
        raise typer.Exit(1)
    store = SqliteStore(path)
    try:
        for lines in _lines(store, after, follow=follow):
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()
    except (BrokenPipeError, KeyboardInterrupt):
        # Whoever read has seen enough; nothing is left to flush into the closed pipe.
        sys.stdout = None
    finally:
        store.close()


def _lines(store: SqliteStore, position: int, *, follow: bool) -> Iterator[bytes]:
    while True:
        chunk = store.records(position)
        if chunk is not None:
            yield chunk.lines if chunk.first_position > position else _after(chunk.lines, position)
            position = chunk.last_position
        elif follow:
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            return


def _after(lines: bytes, position: int) -> bytes:
    """What of a chunk that begins earlier came after a position."""
    return b"".join(line for line in lines.splitlines(keepends=True) if decode_line(line).position > position)
