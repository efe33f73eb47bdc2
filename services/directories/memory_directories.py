"""The directories in memory: the same rules on a database that goes with the process."""

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from services.directories.sql_directories import SqlDirectories
from services.directories.tables import metadata


def in_memory_directories() -> SqlDirectories:
    """Empty directories that forget everything when they go."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    metadata.create_all(engine)
    return SqlDirectories(engine)
