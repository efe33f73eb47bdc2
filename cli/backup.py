"""`penstock backup`: one archive of everything, made while the house works."""

from pathlib import Path
from typing import Annotated

import typer

from bootstrap.backup import make_backup
from services.backup import BackupFailed
from settings import Settings

app = typer.Typer()


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="The archive to write; .gz at its end compresses it.")],
) -> None:
    """Copy state, records, read models and files, consistent with each other, into one archive with the sum of each part."""
    try:
        manifest = make_backup(Settings(), out)
    except (BackupFailed, OSError) as error:
        typer.echo(f"no backup was made: {error}", err=True)
        raise typer.Exit(1) from error
    size = out.stat().st_size / 1_000_000
    typer.echo(
        f"{out}: {len(manifest.parts)} parts, {size:,.1f} MB; engine at position {manifest.engine_position}, read models at "
        f"{manifest.read_models_position}; {manifest.counts.get('element', 0):,} element instances, "
        f"{len(manifest.resources)} deployed resources"
    )
