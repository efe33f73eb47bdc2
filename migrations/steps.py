"""The steps a database has taken, so that code from before the newest of them knows whether it may go on.

While a fleet is upgraded, a process of the older version may be started again after the tables were upgraded; and whoever is
not content with a new version wants the older one back. Both is safe as long as each step since only added. A migration that
does more says so by `only_adds = False` in its file.
"""

import time
from collections.abc import Iterable

from alembic.script import Script
from sqlalchemy import Connection, Engine, inspect, select

from migrations.tables import schema_step


def note(connection: Connection, scripts: Iterable[Script]) -> None:
    """Write down steps that are taken in this transaction, or were before anybody wrote them down."""
    known = set(connection.execute(select(schema_step.c.revision)).scalars())
    now = time.time_ns() // 1_000_000
    rows = [
        {"revision": script.revision, "only_adds": getattr(script.module, "only_adds", True), "taken_at": now}
        for script in scripts
        if script.revision not in known
    ]
    if rows:
        connection.execute(schema_step.insert(), rows)


def only_added_since(engine: Engine, known: set[str], current: str) -> bool:
    """Whether the database, at a revision unknown here, took only steps that older code need not notice."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(schema_step.name):
            return False
        unknown = {row.revision: row.only_adds for row in connection.execute(select(schema_step)) if row.revision not in known}
    return current in unknown and all(unknown.values())
