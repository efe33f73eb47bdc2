"""Parties of a real Tryton behind the customers' port."""

from collections.abc import Iterator

import pytest

from services.crm.connectors import CrmRecordUnknown, CrmRefused, Kind, NotConnected
from services.crm.connectors.ports import Credentials
from services.crm.connectors.tokens import FixedTokens
from services.crm.connectors.tryton import PARTY, Tryton
from services.crm.sync import ConnectionBook, Sync
from tests.crm_rig import add_connection, caller
from tests.tryton import PASSWORD, running_tryton
from tests.web_app import open_database


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    with running_tryton(tmp_path_factory.mktemp("tryton")) as address:
        calls = caller(step_seconds=60)
        with calls.client:
            yield Tryton(address, calls, FixedTokens(Credentials(username="admin", password=PASSWORD)))


def put(tryton: Tryton, name: str) -> str:
    return str(tryton.call(f"{PARTY}.create", [{"name": name}], is_write=True).body[0])


def test_a_party_is_read_changed_and_emptied_under_our_names(tryton: Tryton) -> None:
    number = put(tryton, "Аква")
    customers = tryton.crm().customers

    customers.change(number, {"name": "Aqua", "email": "info@example.com", "phone": "+79990001122"})
    changed = dict(customers.get(number).values)
    customers.change(number, {"email": None})

    changed["phone"] = changed["phone"].replace(" ", "")
    assert changed == {"name": "Aqua", "email": "info@example.com", "phone": "+79990001122"}
    assert customers.get(number).values["email"] is None


def test_what_is_unknown_is_refused_by_name(tryton: Tryton) -> None:
    customers = tryton.crm().customers

    with pytest.raises(CrmRecordUnknown):
        customers.get("999999")
    with pytest.raises(CrmRefused, match="password"):
        customers.change("1", {"password": "x"})


def test_a_note_is_left_once_per_request(tryton: Tryton) -> None:
    number, notes = put(tryton, "Neva"), tryton.crm().notes

    for request_id in ("job-1", "job-1", "job-2"):
        notes.add(Kind.CUSTOMER, number, f"Called, {request_id}", request_id=request_id)

    assert notes.of(Kind.CUSTOMER, number) == ["Called, job-1", "Called, job-2"]


def test_a_session_that_ended_is_opened_anew(tryton: Tryton) -> None:
    tryton.session.header = "Session bm9ib2R5OjE6bm9uZQ=="

    assert tryton.crm().customers.count() >= 0


def test_a_wrong_password_asks_for_a_person(tryton: Tryton) -> None:
    wrong = Tryton(tryton.base_url, tryton.caller, FixedTokens(Credentials(username="admin", password="wrong")))

    with pytest.raises(NotConnected):
        wrong.crm().customers.count()


def test_all_parties_come_over_and_the_counts_agree(tryton: Tryton, tmp_path) -> None:
    tryton.call(f"{PARTY}.create", [{"name": f"Company {number}"} for number in range(620)], is_write=True)
    engine = open_database(tmp_path / "ours.db")
    add_connection(engine, system="tryton")

    first = Sync(engine).run("c1", tryton.crm())
    [standing] = ConnectionBook(engine).named("sales").standings
    engine.dispose()

    assert first.seen >= 620
    assert standing.is_complete
