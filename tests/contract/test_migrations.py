"""Every revision on every database: the migrated schema is the one the rooms describe."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text

import migrations
from history.database import open_engine
from migrations.tables import schema_step
from migrations.targets import TARGETS


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def test_an_empty_database_gets_the_tables_the_rooms_describe(engine) -> None:
    before, after = migrations.upgrade(engine)

    assert (before, after) == (None, migrations.newest_revision())
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        described = {table.name for metadata in TARGETS for table in metadata.tables.values()}
        # Full-text indexes, the tables SQLite keeps them in, and parts of divided tables are made by statements of their own.
        others = ("alembic_version", "knowledge_index", "ticket_search", "_in_past", "_in_rest", "_in_2")
        differences = [each for each in compare_metadata(context, TARGETS) if not any(name in repr(each) for name in others)]
    assert differences == []
    assert described <= set(inspect(engine).get_table_names())


def test_a_second_upgrade_changes_nothing(engine) -> None:
    migrations.upgrade(engine)

    before, after = migrations.upgrade(engine)

    assert before == after == migrations.current_revision(engine)


def test_a_database_of_a_newer_version_is_refused(engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))

    with pytest.raises(migrations.DatabaseTooNew, match="9999_future"):
        migrations.upgrade(engine)

    assert migrations.current_revision(engine) == "9999_future"


def test_a_failed_upgrade_leaves_nothing_behind(engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE job (key INTEGER)"))

    with pytest.raises(Exception, match="job"):
        migrations.upgrade(engine)

    assert set(inspect(engine).get_table_names()) == {"job"}


def test_older_code_goes_on_where_newer_code_only_added(engine) -> None:
    migrations.upgrade(engine)
    step_on(engine, "9999_future", only_adds=True)

    before, after = migrations.upgrade(engine)

    assert before == after == "9999_future"


def test_older_code_is_refused_where_any_step_since_took_something_away(engine) -> None:
    migrations.upgrade(engine)
    step_on(engine, "9998_removal", only_adds=False)
    step_on(engine, "9999_future", only_adds=True)

    with pytest.raises(migrations.DatabaseTooNew, match="only added"):
        migrations.upgrade(engine)


def test_a_database_knows_every_step_it_took(engine) -> None:
    migrations.upgrade(engine)

    with engine.connect() as connection:
        taken = set(connection.execute(select(schema_step.c.revision)).scalars())

    assert taken == {script.revision for script in ScriptDirectory.from_config(migrations.configuration()).walk_revisions()}


def step_on(engine, revision: str, *, only_adds: bool) -> None:
    """What newer code leaves behind."""
    with engine.begin() as connection:
        connection.execute(schema_step.insert().values(revision=revision, only_adds=only_adds, taken_at=1))
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
