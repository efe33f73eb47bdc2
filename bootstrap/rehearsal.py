"""Proves that a backup can be restored, by restoring it: into a scratch place, and into scratch databases where it holds dumps.

Sums, the engine's state and its position are checked as `penstock restore` does. Beyond that every table's count is compared
with what the backup counted, and the read models are brought to the present revision: a start would do no more.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import migrations
from bootstrap.backup import counted, restore_backup, sources
from history.database import open_engine
from migrations import DatabaseTooNew
from services.backup import BackupFailed, Manifest, freeze, scratch_database
from settings import Settings


def rehearse(settings: Settings, archive: Path) -> Manifest:
    """Restore an archive where nobody looks, compare, and throw it away; the installation itself is not touched.

    Raises:
        BackupFailed: it says what is wrong with the archive.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=archive.parent) as scratch,
            _scratch_settings(settings, Path(scratch) / "data") as place,
        ):
            manifest = restore_backup(archive, place.data_dir, place)
            _compare(manifest, place)
            _start(place)
    except (SQLAlchemyError, psycopg.Error) as error:
        said = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
        raise BackupFailed(f"the scratch database cannot be used: {said}. The archive may be good") from error
    return manifest


@contextmanager
def _scratch_settings(settings: Settings, data: Path) -> Iterator[Settings]:
    """Settings that name nothing of the installation's own."""
    own = {"data_dir": data, "database_url": None, "database_owner_url": None, "engine_url": None}
    read_models = None if make_url(settings.sql_url).get_backend_name() == "sqlite" else settings.sql_url
    if read_models is None and settings.engine_store_url is None:
        yield settings.model_copy(update=own)
        return
    beside = settings.backup_rehearsal_url or settings.database_owner_url
    where = beside.get_secret_value() if beside else read_models or settings.engine_store_url or ""
    with scratch_database(where) as url:
        # Read models and state live in schemas of their own, so one database takes both.
        yield settings.model_copy(
            update=own
            | ({"database_url": url} if read_models else {})
            | ({"engine_url": type(settings.engine_url)(url)} if settings.engine_url is not None else {})
        )


def _compare(manifest: Manifest, place: Settings) -> None:
    with freeze(sources(place)) as (read_models, engine):
        found = counted(read_models, engine)
    wrong = [
        f"{what}: {found.get(what, 0):,} where the backup counted {count:,}"
        for what, count in manifest.counts.items()
        if found.get(what, 0) != count
    ]
    if wrong:
        raise BackupFailed("what was restored is not what was backed up: " + "; ".join(wrong[:5]))


def _start(place: Settings) -> None:
    engine = open_engine(place.sql_url)
    try:
        migrations.upgrade(engine)
    except DatabaseTooNew as error:
        raise BackupFailed(f"the present version cannot start with it: {error}") from error
    finally:
        engine.dispose()
