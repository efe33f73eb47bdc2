"""`penstock restore`: an archive of `penstock backup` back into an empty place."""

from pathlib import Path
from typing import Annotated

import typer

from bootstrap.backup import restore_backup
from services.backup import BackupFailed
from settings import Settings

app = typer.Typer()


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="What `penstock backup` wrote.")],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The data directory to fill: empty or not there yet.")],
) -> None:
    """Unpack, compare every sum, verify the engine's state, and only then put it in place."""
    try:
        manifest = restore_backup(archive, directory, Settings())
    except (BackupFailed, OSError) as error:
        typer.echo(f"nothing was restored: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(
        f"{directory}: the backup of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC is restored and verified; engine at position "
        f"{manifest.engine_position}. Start it: PENSTOCK_DATA_DIR={directory} penstock up"
    )
