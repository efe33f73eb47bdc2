"""What a backup of an installation holds, and putting it back.

Read models are frozen before the engine, moments apart: restored, they may lag behind the records, never lead, and the
projection makes up for it at the next start.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.processing.entities import DeployedResource, Kind
from engine.processing.ports import StoredRow, StoreUnusable
from engine.processing.rows import decode
from engine.state.opening import STATE_FILE, open_reader
from engine.state.verify import StoredState, verify
from migrations.targets import TARGETS
from services.backup import (
    ArchiveWriter,
    BackupFailed,
    Manifest,
    PostgresSource,
    Source,
    SqliteSource,
    extract,
    freeze,
    restore_dump,
)
from services.backup.sources import Frozen
from settings import Settings

READ_MODELS_FILE = "penstock.db"
ENGINE_DUMP, READ_MODELS_DUMP = "engine.pgdump", "read_models.pgdump"
ENGINE_SCHEMA = "penstock_engine"
# Of the data directory these are left out: what is made anew, and what belongs to a running process.
_LEFT_OUT_FOLDERS = frozenset({"logs", "background", "monitoring", "backups"})
# What running processes remember together for minutes (bootstrap.pages, bootstrap.rate_limits).
_LEFT_OUT_FILES = frozenset({"presence.db", "rate_limits.db"})
_LEFT_OUT_ENDINGS = ("-wal", "-shm", "-journal", ".lock", ".partial", ".pid")
_RESTORING = ".restoring"
# Whether a table is there.
_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '{}'",
    "postgresql": "SELECT 1 WHERE to_regclass('public.{}') IS NOT NULL",
}


def make_backup(settings: Settings, archive: Path) -> Manifest:
    """Write everything an installation keeps into one archive, while it works.

    Raises:
        BackupFailed: nothing was written.
    """
    data = settings.data_dir.resolve()
    if archive.resolve().is_relative_to(data):
        raise BackupFailed(f"{archive} lies in the data directory, which may be lost as a whole: name a place elsewhere")
    if not settings.is_embedded:
        raise BackupFailed("the engine is a Zeebe cluster (PENSTOCK_ZEEBE_ADDRESS): back that up by its own means")
    archive.parent.mkdir(parents=True, exist_ok=True)
    read_models, engine = sources(settings)
    others = [SqliteSource(path, str(path.relative_to(data))) for path in _files(data) if _is_database(path)]
    frozen: list[Source] = [*others, read_models, engine]
    with (
        tempfile.TemporaryDirectory(prefix=f".{archive.name}-", dir=archive.parent) as stage,
        ArchiveWriter.create(archive) as writer,
        freeze(frozen) as copies,
    ):
        for source, copy in zip(frozen, copies, strict=True):
            staged = Path(stage) / "copy"
            copy.copy_to(staged)
            writer.add(staged, source.name)
            staged.unlink()
        for path in _files(data):
            if not _is_database(path):
                writer.add(path, str(path.relative_to(data)))
        manifest = _manifest(writer, copies[-2], copies[-1])
        writer.finish(manifest)
    return manifest


def restore_backup(archive: Path, directory: Path, settings: Settings) -> Manifest:
    """Bring an archive back into a directory that is empty or missing, and check it before saying so.

    Raises:
        BackupFailed: the directory is as it was before.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise BackupFailed(f"{directory} is not empty: a backup is restored into a new place only")
    if not archive.is_file():
        raise BackupFailed(f"{archive}: there is no such file")
    directory.mkdir(parents=True, exist_ok=True)
    folder = directory / _RESTORING
    folder.mkdir(mode=0o700)
    try:
        manifest = extract(archive, folder)
        _fill_databases(folder, settings)
        _check(folder, manifest, settings)
        for path in folder.iterdir():
            path.rename(directory / path.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _read_models(settings: Settings) -> Source:
    url = make_url(settings.sql_url)
    if url.get_backend_name() == "sqlite":
        return SqliteSource(Path(url.database or ""), READ_MODELS_FILE)
    return PostgresSource(settings.sql_url, READ_MODELS_DUMP, without_schema=ENGINE_SCHEMA)


def _engine(settings: Settings) -> Source:
    if settings.engine_store_url is None:
        return SqliteSource(settings.data_dir / STATE_FILE, STATE_FILE)
    return PostgresSource(settings.engine_store_url, ENGINE_DUMP, schema=ENGINE_SCHEMA)


def _files(data: Path) -> Iterator[Path]:
    """The plain files of the data directory, in order; links may lead anywhere and are left out."""
    for folder, folders, names in data.walk():
        folders[:] = sorted(name for name in folders if folder != data or name not in _LEFT_OUT_FOLDERS)
        for name in sorted(names):
            path = folder / name
            is_ours = folder == data and name in {STATE_FILE, READ_MODELS_FILE, *_LEFT_OUT_FILES}
            if not is_ours and path.is_file() and not path.is_symlink() and not name.endswith(_LEFT_OUT_ENDINGS):
                yield path


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def _manifest(writer: ArchiveWriter, read_models: Frozen, engine: Frozen) -> Manifest:
    positions = engine.rows("SELECT last_position FROM counters"), read_models.rows("SELECT position FROM projection")
    engine_position, projected = (max((row[0] for row in rows), default=-1) for rows in positions)
    dropped = max((row[0] for row in engine.rows("SELECT dropped_through FROM record_log")), default=0)
    if projected > engine_position or max(projected, 0) < dropped:
        raise BackupFailed(
            f"read models at position {projected} and records from {dropped} to {engine_position} do not fit together: "
            "wait until the projection has caught up, and try again"
        )
    return Manifest(
        made_at=datetime.now(UTC),
        parts=writer.parts,
        engine_position=engine_position,
        read_models_position=projected,
        counts=counted(read_models, engine),
        resources=list(_resources(engine)),
    )


def counted(read_models: Frozen, engine: Frozen) -> dict[str, int]:
    """How many there are of each kind of the engine's, and how many rows in each of our tables."""
    kinds = engine.rows("SELECT kind, count(*) FROM entity GROUP BY kind ORDER BY kind")
    counts = {Kind(kind).name.lower(): count for kind, count in kinds if kind in Kind}
    names = sorted({table.name for metadata in TARGETS for table in metadata.tables.values() if table.schema is None})
    for name in names:
        # A table of a later revision than the copy's is not there; the names are our own.
        if read_models.rows(_THERE[read_models.dialect].format(name)):
            counts[f"table:{name}"] = read_models.rows(f'SELECT count(*) FROM "{name}"')[0][0]  # noqa: S608
    return counts


def sources(settings: Settings) -> tuple[Source, Source]:
    """Read models and engine, in the order in which they are to be frozen."""
    return _read_models(settings), _engine(settings)


def _resources(engine: Frozen) -> Iterator[str]:
    owners = ", ".join(str(-kind) for kind in (Kind.PROCESS, Kind.REQUIREMENTS, Kind.FORM))
    for row in engine.rows(f"SELECT key, kind, body FROM entity WHERE owner IN ({owners}) ORDER BY key"):  # noqa: S608 - numbers
        resource = decode(StoredRow(row[0], row[1], bytes(row[2])))
        if isinstance(resource, DeployedResource) and not resource.is_deleted:
            yield f"{resource.id} version {resource.version} ({resource.resource_name})"


def _fill_databases(folder: Path, settings: Settings) -> None:
    """Bring dumps into the databases that the settings name."""
    for name, url, schema in (
        (READ_MODELS_DUMP, settings.database_url, None),
        (ENGINE_DUMP, settings.engine_store_url, ENGINE_SCHEMA),
    ):
        dump = folder / name
        if not dump.exists():
            continue
        if url is None or url.startswith("sqlite"):
            setting = "PENSTOCK_DATABASE_URL" if schema is None else "PENSTOCK_ENGINE_URL"
            raise BackupFailed(f"the backup holds a PostgreSQL database ({name}): name an empty one by {setting}")
        restore_dump(url, dump, schema=schema)
        dump.unlink()


def _check(folder: Path, manifest: Manifest, settings: Settings) -> None:
    """The engine's state is whole and stands where the manifest says."""
    in_file = (folder / STATE_FILE).exists()
    try:
        with _opened(folder, None if in_file else settings.engine_store_url) as state:
            counters = state.counters()
            result = verify(state)
    except StoreUnusable as error:
        raise BackupFailed(f"what was restored cannot be used: {error}") from error
    if not result.is_whole:
        raise BackupFailed("what was restored is not whole: " + "; ".join(_first(result.lines(), 3)))
    position = -1 if counters is None else counters.last_position
    if position != manifest.engine_position:
        raise BackupFailed(f"what was restored stands at position {position}, not {manifest.engine_position}")


@contextmanager
def _opened(folder: Path, url: str | None) -> Iterator[StoredState]:
    state = open_reader(folder, url)
    try:
        yield state
    finally:
        state.close()
        for path in folder.glob("*-[ws][ah][lm]"):
            path.unlink()


def _first(lines: Iterator[str], count: int) -> Sequence[str]:
    return [line for line, _ in zip(lines, range(count), strict=False)]
