"""The schema's way from each earlier version to the present one.

`upgrade(engine)` runs at every start; a database that is up to date costs one query. Rooms that own tables add their
`MetaData` to `migrations/targets.py` and a file to `migrations/versions/`, each naming the one before it.

The number of a file is its place in the chain. The revision within is what databases carry, so it stays as it was first
written, whatever number its file has now.

Old and new code run side by side while a fleet is upgraded: a migration only adds. On PostgreSQL it takes the tables it
changes from requests that are under way; whoever waits for the other gives way, and that is the upgrade: it stops waiting
before PostgreSQL looks for a deadlock and ends one of the two, lets everything go, and tries again.
"""

import random
import time
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from migrations import row_security, steps

log = structlog.get_logger(__name__)

# Any number, as long as it stays: processes that start together upgrade one after the other.
_POSTGRESQL_LOCK = 7_356_367
# Less than PostgreSQL's deadlock_timeout of a second, and what a request can wait behind us without anybody noticing.
LOCK_WAIT_MS = 400
# Together about two minutes: a report that reads for longer holds up the upgrade, not the other way round.
ATTEMPTS = 60
_LOCK_NOT_AVAILABLE = "55P03"


class DatabaseTooNew(Exception):
    """The database was upgraded by a newer Penstock than this one."""


class DatabaseBusy(Exception):
    """A table to be changed was in use all the time."""


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


def _scripts() -> list[Script]:
    return list(ScriptDirectory.from_config(configuration()).walk_revisions())


def current_revision(engine: Engine) -> str | None:
    """The revision a database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(revision: str) -> bool:
    """Whether this code has the step that leads to a revision; only newer code has the others."""
    return any(script.revision == revision for script in _scripts())


def can_work_with(engine: Engine, revision: str | None) -> bool:
    """Whether this code can work with a database as it is: at the newest revision, or beyond it by additions alone."""
    if revision is None:
        return False
    known = {script.revision for script in _scripts()}
    return revision == newest_revision() or (revision not in known and steps.only_added_since(engine, known, revision))


def upgrade(engine: Engine, *, application_role: str | None = None) -> tuple[str | None, str]:
    """Bring a database to the newest revision, in one transaction; returns the revisions before and after.

    A database that newer code has upgraded, and only added to, stays as it is: this code can work with it.

    On PostgreSQL the rows get their policies by tenant, and `application_role`, where one is named, its rights.

    Raises:
        DatabaseTooNew: its revision is unknown here, and there is more to it than additions; nothing was changed.
        DatabaseBusy: somebody kept a table for minutes; nothing was changed.
        RoleRefused: the role would not be held by the policies; nothing was changed.
    """
    head = newest_revision()
    before = current_revision(engine)
    if before == head:
        if application_role and engine.dialect.name == "postgresql":
            _let_in(engine, application_role)
        return before, head
    known = {script.revision for script in _scripts()}
    if before is not None and before not in known:
        if can_work_with(engine, before):
            log.warning("database_newer", revision=before, newest_known=head)
            return before, before
        raise DatabaseTooNew(
            f"the database is at revision {before}, which this version does not know (it ends at {head}), "
            "and not every step to it only added something; start the newer version, or restore a backup made with this one"
        )
    for attempt in range(ATTEMPTS):
        try:
            _upgrade(engine, application_role)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            # What waited behind us goes first now; never in step with what comes at regular times.
            time.sleep(min(0.1 * 1.3**attempt, 2.0) * random.uniform(0.7, 1.3))  # noqa: S311  # no secret
        else:
            return before, head
    raise DatabaseBusy(
        f"{engine.url.render_as_string()}: a table to be changed was in use at each of {ATTEMPTS} attempts; "
        "pg_stat_activity shows who holds it: end that transaction, or try again when it is over"
    )


def _upgrade(engine: Engine, application_role: str | None) -> None:
    with engine.connect() as connection:
        _lock(connection)
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        steps.note(connection, _scripts())
        if connection.dialect.name == "postgresql":
            row_security.protect(connection)
            if application_role:
                row_security.grant(connection, application_role)
        connection.commit()


def _let_in(engine: Engine, role: str) -> None:
    """Give a role its rights where it has them not: it was named after the tables were made."""
    with engine.connect() as connection:
        if row_security.is_granted(connection, role):
            return
        _lock(connection)
        row_security.grant(connection, role)
        connection.commit()


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Those who upgrade wait for each other as long as it takes.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _POSTGRESQL_LOCK})
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
    elif connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
