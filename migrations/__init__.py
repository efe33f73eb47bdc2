"""The schema's way from each earlier version to the present one.

`upgrade(engine)` runs at every start; a database that is up to date costs one query. Rooms that own tables add their
`MetaData` to `migrations/targets.py` and a file to `migrations/versions/`, each naming the one before it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from migrations import row_security

# Any number, as long as it stays: processes that start together upgrade one after the other.
_POSTGRESQL_LOCK = 7_356_367


class DatabaseTooNew(Exception):
    """The database was upgraded by a newer Penstock than this one."""


def configuration() -> Config:
    """Alembic's configuration, made here so that no installation needs an alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None, "migrations/versions is empty"
    return head


def current_revision(engine: Engine) -> str | None:
    """The revision a database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, *, application_role: str | None = None) -> tuple[str | None, str]:
    """Bring a database to the newest revision, in one transaction; returns the revisions before and after.

    On PostgreSQL the rows get their policies by tenant, and `application_role`, where one is named, its rights.

    Raises:
        DatabaseTooNew: its revision is unknown here; nothing was changed.
        RoleRefused: the role would not be held by the policies; nothing was changed.
    """
    head = newest_revision()
    before = current_revision(engine)
    if before == head:
        return before, head
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if before is not None and before not in known:
        raise DatabaseTooNew(
            f"the database is at revision {before}, which this version does not know (it ends at {head}); "
            "start the newer version, or restore a backup made with this one"
        )
    with engine.connect() as connection:
        _lock(connection)
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.dialect.name == "postgresql":
            row_security.protect(connection)
            if application_role:
                row_security.grant(connection, application_role)
        connection.commit()
    return before, head


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
