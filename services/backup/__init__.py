"""A backup is one archive: copies of databases frozen together, files beside them, and a manifest with the sum of each."""

from services.backup.archive import ArchiveWriter, extract
from services.backup.errors import BackupFailed
from services.backup.kept import KeptBackups, Rehearsal
from services.backup.manifest import Manifest, Part
from services.backup.postgres_source import PostgresSource, restore_dump
from services.backup.scratch_database import scratch_database
from services.backup.sources import Source, SqliteSource, freeze

__all__ = [
    "ArchiveWriter",
    "BackupFailed",
    "KeptBackups",
    "Manifest",
    "Part",
    "PostgresSource",
    "Rehearsal",
    "Source",
    "SqliteSource",
    "extract",
    "freeze",
    "restore_dump",
    "scratch_database",
]
