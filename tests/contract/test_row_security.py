"""PostgreSQL shows a plain role the rows of one tenant, whatever the query asks for."""

import pytest
from sqlalchemy import Engine, insert, inspect, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

import migrations
from bootstrap.audit import HouseAuditLog
from history.database import Pool, for_tenant, open_engine
from migrations.row_security import HIDDEN, INSTALLATION, RoleRefused
from services.audit import AuditFilter, Deed, verify
from services.background_work import SqlTaskBook
from services.crm import NewTicket, SqlTicketDesk, SqlTicketSearch, TicketFilter
from services.directories.tables import entry as directory_entry
from services.directories.tables import field_origin as directory_field_origin
from services.finance.tables import lock
from tests.postgres import PostgresServer

ROLE = "penstock_application"


@pytest.fixture
def database(postgres_server: PostgresServer):
    name = postgres_server.create_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def owner(postgres_server: PostgresServer, database: str):
    engine = open_engine(postgres_server.url(database))
    yield engine
    engine.dispose()


@pytest.fixture
def application(postgres_server: PostgresServer, database: str, owner: Engine):
    url = postgres_server.role_url(ROLE, database)
    migrations.upgrade(owner, application_role=ROLE)
    engine = open_engine(url)
    with owner.begin() as connection:
        for tenant in ("acme", "globex"):
            entry = {"entry_id": f"E-{tenant}", "tenant_id": tenant, "kind": "person", "name": tenant, "aliases": "[]"}
            connection.execute(directory_entry.insert().values(created_at=1, **entry))
            origin = {"field": "name", "origin": "person", "changed_by": "ann", "changed_at": 1}
            connection.execute(directory_field_origin.insert().values(entry_id=f"E-{tenant}", **origin))
    yield engine
    engine.dispose()


def seen(engine: Engine, table: str = "directory_entry") -> set[str]:
    with engine.connect() as connection:
        return set(connection.execute(text(f"SELECT entry_id FROM {table}")).scalars())


def test_a_table_with_another_tenant_s_locked_month_is_not_emptied(application: Engine, owner: Engine) -> None:
    locked = {
        "lock_id": "L-1",
        "tenant_id": "acme",
        "month": "2026-03",
        "close_id": "C",
        "checked_by": "ann",
        "locked_by": "zoe",
    }
    empty = {"digest": "", "unlock_reason": "", "unlock_requested_by": "", "unlocked_by": ""}
    with owner.begin() as connection:
        connection.execute(insert(lock).values(**locked, **empty, locked_at=1))
        connection.execute(text(f"GRANT TRUNCATE ON finance_posting TO {ROLE}"))

    with for_tenant("globex"), pytest.raises(IntegrityError, match="2026-03 is locked: zoe"), application.begin() as connection:
        connection.execute(text("TRUNCATE finance_posting"))


def test_a_tenant_sees_its_own_rows_and_what_belongs_to_them(application: Engine) -> None:
    with for_tenant("acme"):
        rows, parts = seen(application), seen(application, "directory_field_origin")

    assert rows == parts == {"E-acme"}


def test_work_for_the_installation_sees_all_and_an_unknown_tenant_nothing(application: Engine) -> None:
    every = seen(application)
    with for_tenant(""):
        nothing = seen(application)

    assert (every, nothing) == ({"E-acme", "E-globex"}, set())


def test_the_next_transaction_on_a_connection_says_its_own_tenant(application: Engine) -> None:
    with for_tenant("acme"):
        first = seen(application)
    with for_tenant("globex"):
        second = seen(application)

    assert (first, second) == ({"E-acme"}, {"E-globex"})


def test_a_row_of_another_tenant_can_be_neither_written_nor_changed_nor_deleted(application: Engine) -> None:
    foreign = {"entry_id": "E-9", "tenant_id": "globex", "kind": "person", "name": "x", "aliases": "[]", "created_at": 1}

    with for_tenant("acme"):
        with application.begin() as connection:
            changed = connection.execute(text("UPDATE directory_entry SET name = 'taken' WHERE entry_id = 'E-globex'")).rowcount
            deleted = connection.execute(text("DELETE FROM directory_entry WHERE entry_id = 'E-globex'")).rowcount
        with pytest.raises(ProgrammingError, match="row-level security"), application.begin() as connection:
            connection.execute(directory_entry.insert().values(**foreign))
        with pytest.raises(ProgrammingError, match="row-level security"), application.begin() as connection:
            connection.execute(text("UPDATE directory_entry SET tenant_id = 'globex' WHERE entry_id = 'E-acme'"))

    assert (changed, deleted) == (0, 0)
    assert seen(application) == {"E-acme", "E-globex"}


def test_every_table_of_somebody_has_its_policy_and_binds_its_owner(application: Engine, owner: Engine) -> None:
    # Those of the record stream have a partition for each month.
    shared = {"alembic_version", *HIDDEN, *INSTALLATION}
    tables = {name for name in inspect(owner).get_table_names() if not name.startswith("exported_chunk_")} - shared

    with owner.connect() as connection:
        policies = "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid"
        bound = connection.execute(text(f"{policies} WHERE relrowsecurity AND relforcerowsecurity"))
        protected = set(bound.scalars())

    assert len(tables) > 60
    assert tables - protected == set()
    assert protected & shared == set()


def test_the_application_may_not_touch_the_tables_themselves(application: Engine) -> None:
    for statement in ("DROP TABLE directory_entry", "ALTER TABLE directory_entry DISABLE ROW LEVEL SECURITY"):
        with pytest.raises(ProgrammingError, match="must be owner"), application.begin() as connection:
            connection.execute(text(statement))


def test_words_find_tickets_of_the_own_tenant_alone_and_their_table_cannot_be_read(application: Engine, owner: Engine) -> None:
    desks = {tenant: SqlTicketDesk(owner, tenant_id=tenant) for tenant in ("acme", "globex")}
    for tenant, desk in desks.items():
        desk.intake([NewTicket(source="shop", external_id="1", text=f"the printer of {tenant}", subject="Printer")])
    search = SqlTicketSearch(application, "acme")

    with for_tenant("acme"):
        found = [ticket.text for ticket in search.page(TicketFilter(words="printer")).items]
        foreign = SqlTicketSearch(application, "globex").page(TicketFilter(words="printer")).items
        with application.connect() as connection:
            numbers = list(connection.execute(text("SELECT ticket_numbers_with('printer')")).scalars())
        with pytest.raises(ProgrammingError, match="permission denied"), application.connect() as connection:
            connection.execute(text("SELECT count(*) FROM ticket_search_words"))

    assert found == ["the printer of acme"]
    assert foreign == ()
    assert len(numbers) == 1


def test_a_role_that_is_named_later_gets_its_rights_at_the_next_start(
    postgres_server: PostgresServer, database: str, owner: Engine
) -> None:
    migrations.upgrade(owner)
    later = open_engine(postgres_server.role_url("penstock_later", database))

    migrations.upgrade(owner, application_role="penstock_later")

    with for_tenant("acme"):
        assert seen(later) == set()
    with later.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("SELECT count(*) FROM ticket_search_words"))
    later.dispose()


def test_a_role_that_passes_over_the_policies_is_refused(owner: Engine) -> None:
    with pytest.raises(RoleRefused, match="NOBYPASSRLS"):
        migrations.upgrade(owner, application_role="postgres")

    assert migrations.current_revision(owner) is None


def test_a_pool_has_an_end_and_says_so(postgres_url: str) -> None:
    engine = open_engine(postgres_url, pool=Pool(kept=1, most=2, wait_seconds=0.05))

    with engine.connect(), engine.connect(), pytest.raises(PoolTimeoutError, match="QueuePool limit of size 1 overflow 1"):
        engine.connect()

    engine.dispose()


def test_the_audit_log_is_one_chain_whoever_s_deed_is_added(application: Engine) -> None:
    log = HouseAuditLog(application)

    for tenant in ("acme", "globex", "acme"):
        with for_tenant(tenant):
            log.append(Deed("ann", "POST /x", tenant_id=tenant))

    found = verify(log.entries())
    assert (found.entries, found.breaks) == (3, 0)
    with for_tenant("acme"):
        assert [entry.sequence for entry in log.page(AuditFilter())] == [3, 1]


def test_a_task_is_written_under_its_tenant_and_run_by_who_runs_all(application: Engine) -> None:
    with for_tenant("acme"):
        task_id = SqlTaskBook(application, tenant_id="acme").add("reports.make", "R-1")
    with for_tenant("globex"):
        foreign = SqlTaskBook(application, tenant_id="acme").unfinished()

    claimed = SqlTaskBook(application, tenant_id=None).claim(task_id, "w")

    assert foreign == []
    assert claimed is not None
    assert claimed.tenant_id == "acme"
