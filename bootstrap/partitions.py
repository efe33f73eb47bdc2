"""The background task that makes the months of divided tables ahead of their time, and drops those that are empty."""

from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import ProgrammingError

from bootstrap.connections import sql_engine
from history.database import open_engine
from migrations import partitions, row_security
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)
LOOK_EVERY_SECONDS = 6 * 3600


def partition_tasks(settings: Settings) -> list[BackgroundTask]:
    """Nothing to do on SQLite."""

    def keep_months() -> None:
        owner = settings.database_owner_url
        engine = sql_engine(settings) if owner is None else open_engine(owner.get_secret_value())
        try:
            if engine.dialect.name != "postgresql":
                return
            for table in partitions.TABLES:
                with engine.begin() as connection:
                    # Whoever holds a table for long is waited for the next time.
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '400ms'")
                    if not partitions.is_partitioned(connection, table.table):
                        continue
                    now = datetime.now(UTC)
                    dropped = partitions.drop_emptied(connection, table, now)
                    made = partitions.make_ahead(connection, table, now)
                    if made:
                        row_security.protect(connection)
                if made or dropped:
                    log.info("partitions_kept", table=table.table, made=made, dropped=dropped)
        except ProgrammingError as error:
            # The plain role may not make tables.
            log.warning("partitions_not_kept", reason=type(error.orig).__name__, do="set PENSTOCK_DATABASE_OWNER_URL")
        finally:
            engine.dispose()

    return [BackgroundTask("database.partitions", keep_months, every_seconds=LOOK_EVERY_SECONDS)]
