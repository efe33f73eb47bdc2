"""Whatever SQL the application's role is made to run, of every table it reaches the rows of one tenant alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.exc import DBAPIError

import migrations
from history.database import for_tenant, open_engine
from migrations import partitions
from migrations.row_security import HIDDEN, INSTALLATION
from tests.any_rows import add_a_row, key_of, reflected, shapes
from tests.postgres import PostgresServer

ROLE = "penstock_everywhere"
# The rows of `add_a_row` are those of the tenant of their number.
OURS, THEIRS = 1, 2
US = f"{OURS}.tenant_id"
FAR = datetime(2041, 5, 17, tzinfo=UTC)


@dataclass(frozen=True)
class Two:
    """A database with a row of two tenants in each table, as its owner and as the application's role."""

    owner: Engine
    application: Engine
    tables: dict[str, Table]
    rows: dict[str, dict[int, dict[str, object]]]


@pytest.fixture(scope="module")
def two(postgres_server: PostgresServer) -> Iterator[Two]:
    database = postgres_server.create_database()
    owner = open_engine(postgres_server.url(database))
    application = open_engine(postgres_server.role_url(ROLE, database))
    migrations.upgrade(owner, application_role=ROLE)
    with owner.begin() as connection:
        names = set(shapes(connection)) - set(INSTALLATION) - HIDDEN
        tables = reflected(connection, names)
        rows = {
            name: {number: add_a_row_once(connection, table, number) for number in (OURS, THEIRS)}
            for name, table in tables.items()
        }
    yield Two(owner, application, tables, rows)
    application.dispose()
    owner.dispose()
    postgres_server.drop_database(database)


def add_a_row_once(connection: Connection, table: Table, number: int) -> dict[str, object]:
    """A row that another table's row needed is there already."""
    try:
        with connection.begin_nested():
            return add_a_row(connection, table, number)
    except DBAPIError:
        found = connection.execute(table.select().order_by(*table.primary_key.columns)).mappings().all()
        return dict(found[number - 1])


def test_each_table_shows_a_tenant_its_own_row_alone(two: Two) -> None:
    wrong = {}
    with for_tenant(US), two.application.connect() as connection:
        for name, table in two.tables.items():
            found = [dict(row) for row in connection.execute(table.select()).mappings()]
            if found != [two.rows[name][OURS]]:
                wrong[name] = found

    assert len(two.tables) > 60
    assert wrong == {}


def test_no_table_lets_a_tenant_change_or_delete_another_tenant_s_row(two: Two) -> None:
    touched = []
    with for_tenant(US):
        for name, table in two.tables.items():
            key = key_of(table, two.rows[name][THEIRS])
            theirs = [table.columns[column] == value for column, value in key.items()]
            column, value = next(iter(key.items()))
            for change in (table.update().where(*theirs).values({column: value}), table.delete().where(*theirs)):
                with two.application.connect() as connection:
                    try:
                        touched += [name] * connection.execute(change).rowcount
                    except DBAPIError:
                        # Refused for whoever asks: what is logged for good, what is locked.
                        connection.rollback()

    assert touched == []


def test_no_table_takes_a_row_of_another_tenant(two: Two) -> None:
    taken = {}
    with for_tenant(US):
        for name, table in two.tables.items():
            theirs = two.rows[name][THEIRS]
            with two.application.connect() as connection:
                try:
                    connection.execute(table.insert().values(**theirs))
                    taken[name] = "taken"
                except DBAPIError as error:
                    if "row-level security" not in str(error.orig):
                        taken[name] = str(error.orig).splitlines()[0]

    assert taken == {}


def test_a_month_of_a_divided_table_is_no_way_around(two: Two) -> None:
    audit = next(each for each in partitions.TABLES if each.table not in INSTALLATION)
    with two.owner.begin() as connection:
        partitions.make_ahead(connection, audit, FAR)
    migrations.upgrade(two.owner, application_role=ROLE)

    with two.owner.connect() as connection:
        months = set(
            connection.execute(
                text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = CAST(:t AS regclass)"),
                {"t": audit.table},
            ).scalars()
        )
    seen = {}
    with for_tenant(US), two.application.connect() as connection:
        for month in months:
            seen[month] = set(connection.execute(text(f"SELECT tenant_id FROM {month}")).scalars()) - {US}

    assert len(months) >= 5
    assert {month: found for month, found in seen.items() if found} == {}
