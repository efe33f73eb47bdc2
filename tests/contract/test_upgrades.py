"""From every earlier revision, with rows in it: nothing is lost, and the code of then could go on beside the new one.

One database walks the whole chain. At each stop every table there is gets a row; what a stop adds must let the statements of
earlier stops pass, since old and new code run side by side while a fleet is upgraded.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Engine, Table, text

import migrations
from history.database import open_engine
from tests.any_rows import add_a_row, key_of, reflected, row_of, shapes

DIRECTORY = ScriptDirectory.from_config(migrations.configuration())
CHAIN: list[Script] = list(DIRECTORY.walk_revisions())[::-1]


@dataclass(frozen=True)
class Stop:
    """A table as it was from one revision on, until it changed again, and a row of that time."""

    revision: str
    table: Table
    row: dict[str, Any]


@dataclass
class Walk:
    """What was seen and written on the way."""

    engine: Engine
    shapes: list[dict[str, frozenset[str]]] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    def look(self, number: int, revision: str) -> None:
        """Write a row into each table that is new or has changed."""
        with self.engine.begin() as connection:
            before, now = self.shapes[-1] if self.shapes else {}, shapes(connection)
            changed = [name for name in now if now[name] != before.get(name)]
            for table in reflected(connection, changed).values():
                self.stops.append(Stop(revision, table, add_a_row(connection, table, number)))
        self.shapes.append(now)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('walk') / 'walk.db'}", durable=False)
    else:
        server = request.getfixturevalue("postgres_server")
        engine = open_engine(server.url(server.create_database()))
    one = Walk(engine)
    for number, script in enumerate(CHAIN):
        upgrade_to(engine, script.revision)
        one.look(number, script.revision)
    yield one
    engine.dispose()


def upgrade_to(engine: Engine, revision: str) -> None:
    """One step of the way; whole upgrades go through `migrations.upgrade`."""
    with engine.begin() as connection:
        config = migrations.configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_no_row_of_any_earlier_revision_is_lost_or_changed(walk: Walk) -> None:
    with walk.engine.connect() as connection:
        head = reflected(connection, walk.shapes[-1])
        now = [row_of(connection, head[stop.table.name], key_of(stop.table, stop.row)) for stop in walk.stops]

    changed = [
        (stop.revision, stop.table.name, column)
        for stop, row in zip(walk.stops, now, strict=True)
        for column in stop.row
        if row.get(column) != stop.row[column]
    ]
    assert len(walk.stops) > len(walk.shapes[-1]) > 80
    assert changed == []


def test_the_statements_of_every_earlier_revision_still_write_and_read(walk: Walk) -> None:
    refused = {}
    for number, stop in enumerate(walk.stops, start=1001):
        try:
            with walk.engine.begin() as connection:
                add_a_row(connection, stop.table, number)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a statement that does not pass
            refused[stop.revision, stop.table.name] = str(error)

    assert refused == {}


def test_a_migration_only_adds(walk: Walk) -> None:
    columns = [{(table, name) for table, names in each.items() for name in names} for each in walk.shapes]

    removed = {
        script.revision: was - now for script, was, now in zip(CHAIN[1:], columns, columns[1:], strict=False) if not was <= now
    }

    assert removed == {}


def test_files_are_numbered_in_the_order_of_the_chain_and_it_has_one_end() -> None:
    files = [Path(script.path).name for script in CHAIN]

    numbers = [int(name[:4]) for name in files]

    assert len(DIRECTORY.get_heads()) == 1
    assert numbers == sorted(set(numbers))
    assert sorted(files) == files
    assert [name[5:-3] for name in files] == [script.revision[5:] for script in CHAIN]


def test_an_upgrade_in_one_go_ends_where_the_steps_do(walk: Walk) -> None:
    before, after = migrations.upgrade(walk.engine)

    with walk.engine.connect() as connection:
        stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert before == after
    assert stored == [after]


def test_an_upgrade_waits_for_whoever_reads_a_table_and_never_ends_them(postgres_url: str) -> None:
    owner, reader = open_engine(postgres_url), open_engine(postgres_url)
    upgrade_to(owner, CHAIN[-3].revision)
    tables = ("report_run", "account")

    with ThreadPoolExecutor(1) as pool, reader.connect() as connection:
        connection.execute(text(f"SELECT count(*) FROM {tables[0]}"))
        upgrading = pool.submit(migrations.upgrade, owner)
        # Longer than PostgreSQL waits before it looks for a deadlock.
        time.sleep(1.5)
        was_done = upgrading.done()
        for table in tables:
            connection.execute(text(f"SELECT count(*) FROM {table}"))
        connection.commit()
        upgraded = upgrading.result(timeout=30)

    owner.dispose()
    reader.dispose()
    assert not was_done
    assert upgraded == (CHAIN[-3].revision, CHAIN[-1].revision)


def test_an_upgrade_that_never_gets_a_table_says_so_and_changes_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, reader = open_engine(postgres_url), open_engine(postgres_url)
    upgrade_to(owner, CHAIN[-3].revision)
    monkeypatch.setattr(migrations, "ATTEMPTS", 1)

    with reader.connect() as connection:
        connection.execute(text("SELECT count(*) FROM report_run"))
        with pytest.raises(migrations.DatabaseBusy, match="pg_stat_activity"):
            migrations.upgrade(owner)

    revision = migrations.current_revision(owner)
    owner.dispose()
    reader.dispose()
    assert revision == CHAIN[-3].revision
