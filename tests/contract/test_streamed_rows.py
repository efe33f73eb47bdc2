"""Reports read PostgreSQL's rows a batch at a time: counted on the wire, after the first row was handed on."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

import migrations
from bootstrap.reports import build_report
from history.database import for_tenant, open_engine
from history.queries import Queries
from history.tables import user_task
from services.crm.tables import tickets
from services.crm.ticket_list import BATCH, tickets_between
from services.reports import Scope
from tests.postgres import PostgresServer
from tests.report_seeds import Seeds, seeded_clocks, seeded_drafts, seeded_tasks, seeded_tickets

ROLE = "penstock_reader"
# Around the month; of them more than two batches lie in it.
COUNT = 8 * BATCH
SEEDS = Seeds.of(1)


@pytest.fixture(scope="module")
def url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database of many rows, as the application's own role sees it."""
    name = postgres_server.create_database()
    owner, role = open_engine(postgres_server.url(name)), postgres_server.role_url(ROLE, name)
    migrations.upgrade(owner, application_role=ROLE)
    for fill in (seeded_tickets, seeded_tasks, seeded_clocks, seeded_drafts):
        fill(owner, SEEDS, COUNT)
    owner.dispose()
    yield role
    postgres_server.drop_database(name)


@pytest.fixture
def wire(url: str, tmp_path: Path) -> Iterator[tuple[Engine, Callable[[], int]]]:
    """Connections whose traffic is written down, and how many rows have come over them."""
    engine, log = open_engine(url), (tmp_path / "wire").open("w+b")
    event.listen(engine, "connect", lambda connection, _entry: connection.pgconn.trace(log.fileno()))

    def rows() -> int:
        return sum("DataRow" in line for line in (tmp_path / "wire").read_text(errors="replace").splitlines())

    yield engine, rows
    engine.dispose()
    log.close()


def read(engine: Engine, name: str, scope: Scope) -> Iterator[Any]:
    return iter(build_report(engine, name, scope).rows.rows)


# What a report asks besides its rows: the tenant, calendars, versions.
ASIDE = 50


@pytest.mark.parametrize("name", ["tickets", "performers", "assistant", "sla"])
def test_the_first_row_is_handed_on_before_the_second_batch_has_come(wire, name: str) -> None:
    engine, rows = wire
    report = read(engine, name, SEEDS.scope)

    next(report)
    first = rows()
    left = sum(1 for _row in report)

    assert first <= BATCH + ASIDE
    assert left > 2 * BATCH
    assert rows() > 2 * BATCH


def test_a_stream_is_of_the_tenant_that_asks(url: str) -> None:
    engine, scope = open_engine(url), SEEDS.scope

    found = {}
    for tenant in ("<default>", "nobody"):
        with for_tenant(tenant):
            found[tenant] = (
                sum(1 for _ticket in tickets_between(engine, scope.period.start, scope.period.end)),
                sum(1 for _task in Queries(engine).tasks_worked_on(scope.period.start, scope.end)),
            )

    assert min(found["<default>"]) > 0
    assert found["nobody"] == (0, 0)
    engine.dispose()


@pytest.mark.parametrize("table", [tickets, user_task], ids=lambda table: table.name)
def test_a_reader_who_gives_up_leaves_no_cursor_open(url: str, table: Any) -> None:
    engine, scope = open_engine(url), SEEDS.scope
    stream = (
        tickets_between(engine, scope.period.start, scope.period.end)
        if table is tickets
        else Queries(engine).tasks_worked_on(scope.period.start, datetime(2026, 2, 1, tzinfo=UTC))
    )
    next(stream)

    stream.close()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_cursors").scalar_one() == 0
    engine.dispose()
