"""What every CRM adapter promises, against servers that behave as the systems' documentation says, faults included."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from history.database import open_engine
from services.crm.connectors import CrmBusy, CrmRecordUnknown, CrmRefused, CrmUnanswered, Kind
from services.crm.connectors.tables import metadata
from tests.crm_rig import Rig, rig
from tests.postgres import PostgresServer
from tests.web_app import open_database

# Those that keep something in our database (records, tokens, who refreshes them) keep it in each database; Chatwoot's
# adapter keeps nothing.
OWN = ["built_in", "built_in on postgresql"]
OAUTH = ["bitrix24", "amocrm", "bitrix24 on postgresql", "amocrm on postgresql"]
REMOTE = [*OAUTH, "chatwoot"]
SYSTEMS = [*OWN, *REMOTE]
AQUA = {"name": "Аква", "email": "info@aqua.example", "phone": "+79990001122"}


@pytest.fixture(scope="module")
def on_postgresql(postgres_server: PostgresServer) -> Iterator[Engine]:
    """One database for all tests here, emptied by each: making one costs more than most of them."""
    name = postgres_server.create_database()
    engine = open_engine(postgres_server.url(name))
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    postgres_server.drop_database(name)


@pytest.fixture
def here(request: pytest.FixtureRequest, tmp_path) -> Iterator[Rig]:
    system, _on, database = request.param.partition(" on ")
    if database:
        engine = request.getfixturevalue("on_postgresql")
        with engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(metadata.tables)}")
    else:
        engine = open_database(tmp_path / "test.db")
    with rig(system, engine) as made:
        yield made
    if not database:
        engine.dispose()


def all_ids(records, since: datetime | None = None) -> list[str]:
    found, cursor = [], ""
    while cursor is not None:
        page = records.page(since=since, cursor=cursor)
        found += [record.record_id for record in page.records]
        cursor = page.cursor
    return found


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_a_customer_is_read_under_our_names(here: Rig) -> None:
    here.put("customer", 7, AQUA, 1_800_000_000)

    record = here.crm.customers.get("7")

    assert (record.kind, record.record_id, record.values) == (Kind.CUSTOMER, "7", AQUA)
    assert record.changed_at == datetime.fromtimestamp(1_800_000_000, UTC)


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
@pytest.mark.parametrize("count", [0, 1, 50, 507])
def test_all_pages_together_hold_each_record_once_and_the_count_agrees(here: Rig, count: int) -> None:
    for number in range(1, count + 1):
        here.put("customer", number, {"name": f"Company {number}"})

    ids = all_ids(here.crm.customers)

    assert sorted(ids, key=int) == [str(number) for number in range(1, count + 1)]
    assert here.crm.customers.count() == count


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_a_page_since_a_moment_holds_only_what_changed(here: Rig) -> None:
    now = time.time()
    here.put("customer", 1, {"name": "Old"}, now - 7200)
    here.put("customer", 2, {"name": "New"}, now - 60)

    ids = all_ids(here.crm.customers, datetime.fromtimestamp(now, UTC) - timedelta(hours=1))

    assert ids == ["2"]


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_changing_a_field_leaves_the_others_and_moves_the_moment(here: Rig) -> None:
    here.put("customer", 7, AQUA, 1_600_000_000)

    here.crm.customers.change("7", {"phone": "+7 111"})

    record = here.crm.customers.get("7")
    assert record.values == {**AQUA, "phone": "+7 111"}
    assert record.changed_at > datetime.fromtimestamp(1_600_000_000, UTC)


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_a_field_can_be_emptied(here: Rig) -> None:
    here.put("customer", 7, AQUA)

    here.crm.customers.change("7", {"email": None})

    assert here.crm.customers.get("7").values == {**AQUA, "email": None}


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
@pytest.mark.parametrize("record_id", ["8", "../users/1", "", "9" * 30, "1 OR 1=1"])
def test_an_unknown_record_says_so_and_nothing_strange_is_asked(here: Rig, record_id: str) -> None:
    with pytest.raises(CrmRecordUnknown):
        here.crm.customers.get(record_id)
    with pytest.raises(CrmRecordUnknown):
        here.crm.customers.change(record_id, {"name": "x"})
    assert here.server is None or not [each for each in here.server.requests if ".." in each.path]


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_an_unknown_field_is_refused(here: Rig) -> None:
    here.put("customer", 7, AQUA)

    with pytest.raises(CrmRefused, match="password"):
        here.crm.customers.change("7", {"password": "x"})


@pytest.mark.parametrize("here", [*OWN, *OAUTH], indirect=True)
def test_a_deal_is_read_and_changed(here: Rig) -> None:
    here.put("deal", 3, {"title": "Pumps", "amount": "1200", "stage": "142"})

    here.crm.deals.change("3", {"amount": "1500", "title": "Two pumps"})

    assert here.crm.deals.get("3").values == {"title": "Two pumps", "amount": "1500", "stage": "142"}
    assert all_ids(here.crm.deals) == ["3"]


@pytest.mark.parametrize("here", SYSTEMS, indirect=True)
def test_a_note_is_left_once_per_request(here: Rig) -> None:
    here.put("customer", 7, AQUA)

    for request_id in ("job-1", "job-1", "job-2"):
        here.crm.notes.add(Kind.CUSTOMER, "7", f"Called, {request_id}", request_id=request_id)

    assert here.crm.notes.of(Kind.CUSTOMER, "7") == ["Called, job-1", "Called, job-2"]


@pytest.mark.parametrize("here", REMOTE, indirect=True)
def test_a_note_whose_answer_was_lost_is_not_left_twice(here: Rig) -> None:
    here.put("customer", 7, AQUA)
    here.server.faults += ["", "late"]

    with pytest.raises(CrmUnanswered):
        here.crm.notes.add(Kind.CUSTOMER, "7", "Called", request_id="job-1")
    here.crm.notes.add(Kind.CUSTOMER, "7", "Called", request_id="job-1")

    assert here.crm.notes.of(Kind.CUSTOMER, "7") == ["Called"]


@pytest.mark.parametrize("here", REMOTE, indirect=True)
@pytest.mark.parametrize("fault", ["429", "500", "503", "cut", "hang"])
def test_reading_goes_on_after_a_fault(here: Rig, fault: str) -> None:
    for number in range(1, 60):
        here.put("customer", number, {"name": f"Company {number}"})
    here.server.faults += [fault, "", fault] if fault != "hang" else [fault]

    ids = all_ids(here.crm.customers)

    assert len(ids) == len(set(ids)) == 59
    assert here.pauses


@pytest.mark.parametrize("here", REMOTE, indirect=True)
def test_a_system_that_stays_busy_is_left_alone_after_some_tries(here: Rig) -> None:
    here.server.faults += ["429"] * 50

    with pytest.raises(CrmBusy):
        here.crm.customers.page(since=None, cursor="")

    assert len(here.server.requests) == 5


@pytest.mark.parametrize("here", REMOTE, indirect=True)
@pytest.mark.parametrize("fault", ["500", "cut"])
def test_a_write_whose_effect_is_unknown_is_not_sent_again(here: Rig, fault: str) -> None:
    here.put("customer", 7, AQUA)
    here.server.faults.append(fault)

    with pytest.raises(CrmUnanswered):
        here.crm.customers.change("7", {"name": "Aqua"})

    assert len(here.server.requests) == 1


@pytest.mark.parametrize("here", OAUTH, indirect=True)
def test_a_token_that_ends_between_two_pages_is_fetched_anew_once(here: Rig) -> None:
    for number in range(1, 1101):
        here.put("customer", number, {"name": f"Company {number}"})
    here.server.faults += ["", "expire"]

    ids = all_ids(here.crm.customers)

    assert len(ids) == len(set(ids)) == 1100
    assert here.server.refreshes == 1


@pytest.mark.parametrize("here", ["bitrix24"], indirect=True)
def test_a_batch_that_a_limit_cut_short_goes_on_where_it_ended(here: Rig) -> None:
    for number in range(1, 301):
        here.put("customer", number, {"name": f"Company {number}"})
    here.server.cut_batch_after = 2

    ids = all_ids(here.crm.customers)

    assert ids == [str(number) for number in range(1, 301)]


@pytest.mark.parametrize("here", REMOTE, indirect=True)
def test_the_moment_of_a_page_is_the_systems_own(here: Rig) -> None:
    here.server.skew_seconds = -86_400

    page = here.crm.customers.page(since=None, cursor="")

    assert abs(page.as_of - (datetime.now(UTC) - timedelta(days=1))) < timedelta(seconds=10)
