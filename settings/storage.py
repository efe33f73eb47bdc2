"""Where data lies: database, broker, backups."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr

_SQL_SCHEMES = {"sqlite", "postgresql", "postgresql+psycopg"}


def _sql(url: str) -> str:
    parts = urlsplit(url)
    try:
        # The port is looked at when it is asked for.
        known = parts.scheme in _SQL_SCHEMES and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise ValueError("should be sqlite:////path/to/file.db or postgresql+psycopg://user:password@host:port/name")
    return url


class Storage(BaseModel):
    """Database and broker (docs/how-to/postgresql.md, docs/how-to/redis.md)."""

    database_url: Annotated[str, AfterValidator(_sql)] | None = None
    """SQLAlchemy URL of read models and business tables. Unset: SQLite in `data_dir`."""
    database_owner_url: SecretStr | None = None
    """PostgreSQL's role that owns the tables and upgrades them; the role of `PENSTOCK_DATABASE_URL` then owns none and is held
    by row-level security. Unset: one role for both."""
    database_pool_kept: int = Field(default=5, ge=1)
    """Connections to PostgreSQL that each process keeps open."""
    database_pool_most: int = Field(default=20, ge=1)
    """Connections to PostgreSQL that each process opens at most."""
    database_pool_wait_seconds: float = Field(default=10.0, gt=0)
    """How long a request waits for one of them."""
    redis_url: str | None = None
    """Broker of background tasks, shared counters and cache. Unset: folders in `data_dir`."""


class Backups(BaseModel):
    """Backups by the clock (docs/how-to/back-up.md)."""

    backup_dir: Path | None = None
    """Where the background process makes them. Unset: it makes none; those of `penstock backup` are looked for in
    `data_dir/backups`."""
    backup_hours: float = Field(default=24.0, ge=0)
    """How often; 0: never."""
    backup_keep: int = Field(default=14, ge=1)
    """How many stay."""
    backup_rehearsal_days: float = Field(default=7.0, ge=0)
    """Every so many days the newest is restored into a scratch place and compared; 0: never."""
    backup_rehearsal_url: SecretStr | None = None
    """With PostgreSQL, the role that may create the scratch database."""
