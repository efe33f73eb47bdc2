"""Monthly partitions on PostgreSQL: made ahead, dropped when empty, and what no month was made for is not lost."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DatabaseError

import migrations
from history.database import open_engine
from migrations.partitions import TABLES, drop_emptied, make_ahead
from services.audit import Deed, SqlAuditLog, verify
from tests.postgres import PostgresServer

CHUNKS, AUDIT = TABLES
MAY = datetime(2031, 5, 17, tzinfo=UTC)
JANUARY = datetime(2032, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(postgres_server: PostgresServer) -> Iterator[Engine]:
    engine = open_engine(postgres_server.url(postgres_server.create_database()))
    migrations.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """What a test does is taken back."""
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def add_chunk(connection: Connection, at: datetime, position: int = 1) -> None:
    values = {"position": position, "at": int(at.timestamp() * 1000)}
    connection.execute(text("INSERT INTO exported_chunk VALUES (1, :position, :position, 1, :at, '\\x00')"), values)


def where_rows_are(connection: Connection, table: str) -> list[str]:
    return list(connection.execute(text(f"SELECT DISTINCT tableoid::regclass::text FROM {table} ORDER BY 1")).scalars())


def test_months_are_made_ahead_over_the_turn_of_a_year_and_once(connection: Connection) -> None:
    november = datetime(2031, 11, 30, 23, tzinfo=UTC)

    made = make_ahead(connection, CHUNKS, november)
    again = make_ahead(connection, CHUNKS, november)

    assert made == [f"exported_chunk_in_{month}" for month in ("2031_11", "2031_12", "2032_01", "2032_02")]
    assert again == []


def test_a_row_lies_in_its_month_and_without_one_in_the_rest(connection: Connection) -> None:
    make_ahead(connection, CHUNKS, MAY)

    add_chunk(connection, MAY, 1)
    add_chunk(connection, JANUARY, 2)

    assert where_rows_are(connection, "exported_chunk") == ["exported_chunk_in_2031_05", "exported_chunk_in_rest"]


def test_a_month_is_not_made_over_rows_that_came_before_it(connection: Connection) -> None:
    add_chunk(connection, JANUARY)

    made = make_ahead(connection, CHUNKS, JANUARY)

    assert made == [f"exported_chunk_in_2032_{month}" for month in ("02", "03", "04")]
    assert where_rows_are(connection, "exported_chunk") == ["exported_chunk_in_rest"]


def test_months_that_have_passed_are_dropped_as_soon_as_they_are_empty(connection: Connection) -> None:
    make_ahead(connection, CHUNKS, MAY)
    add_chunk(connection, MAY)

    dropped = drop_emptied(connection, CHUNKS, JANUARY)

    assert {f"exported_chunk_in_2031_0{month}" for month in (6, 7, 8)} <= set(dropped)
    assert where_rows_are(connection, "exported_chunk") == ["exported_chunk_in_2031_05"]


def test_the_audit_log_goes_on_over_months_and_refuses_every_change(engine: Engine) -> None:
    days = [MAY, datetime(2031, 6, 1, tzinfo=UTC), JANUARY]
    with engine.begin() as connection:
        make_ahead(connection, AUDIT, MAY)
    for day in days:
        moment = int(day.timestamp() * 1000)
        SqlAuditLog(engine, now_ms=lambda moment=moment: moment).append(Deed("ann", "POST /x"))

    with engine.connect() as connection:
        parts = where_rows_are(connection, "audit_entry")
    for statement in (
        "DELETE FROM audit_entry",
        "UPDATE audit_entry_in_2031_05 SET actor = 'bob'",
        "TRUNCATE audit_entry_in_2031_06",
        "TRUNCATE audit_entry_in_rest",
    ):
        with pytest.raises(DatabaseError, match="can only grow"), engine.begin() as connection:
            connection.execute(text(statement))
    found = verify(SqlAuditLog(engine).entries())

    assert parts == ["audit_entry_in_2031_05", "audit_entry_in_2031_06", "audit_entry_in_rest"]
    assert (found.entries, found.breaks) == (3, 0)
