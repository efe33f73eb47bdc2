"""`penstock records`: what happened, as newline-delimited JSON in Zeebe's record form."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from engine.processing.ports import RecordsDropped, StateReader, StoreUnusable
from engine.state.chain import lines_after
from engine.state.opening import open_reader
from settings import Settings

app = typer.Typer()

LOOK_EVERY_SECONDS = 0.2


@app.command()
def records(
    data: Annotated[Path | None, typer.Option(help="The gateway's data. [default: PENSTOCK_DATA_DIR]")] = None,
    after: Annotated[
        int | None, typer.Option("--from", help="Print what came after this position. [default: all that is kept]")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more, until Ctrl-C.")] = False,
) -> None:
    """Print the record log of a data directory or of PENSTOCK_ENGINE_URL, whether its gateway runs or not."""
    settings = Settings()
    try:
        store = open_reader(data or settings.data_dir, None if data else settings.engine_store_url)
    except StoreUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    try:
        start = store.log_start().dropped_through if after is None else after
        for lines in _lines(store, start, follow=follow):
            sys.stdout.buffer.write(lines)
            sys.stdout.buffer.flush()
    except RecordsDropped as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except (BrokenPipeError, KeyboardInterrupt):
        # Whoever read has seen enough; nothing is left to flush into the closed pipe.
        sys.stdout = None
    finally:
        store.close()


def _lines(store: StateReader, position: int, *, follow: bool) -> Iterator[bytes]:
    while True:
        chunk = store.records(position)
        if chunk is not None:
            yield lines_after(chunk, position)
            position = chunk.last_position
        elif follow:
            time.sleep(LOOK_EVERY_SECONDS)
        else:
            return
