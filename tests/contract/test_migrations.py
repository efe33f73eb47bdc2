"""Every revision on every database: the migrated schema is the one the rooms describe."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import migrations
from history.database import open_engine
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
        # Full-text indexes, and the tables SQLite keeps them in, are made by statements of their own.
        others = ("alembic_version", "knowledge_index", "ticket_search")
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
