"""The built-in CRM's pages and edits on each database: only from what was seen, once per key, by whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import pytest
from sqlalchemy import Engine

from bootstrap.change_targets import OwnCrmTarget
from history.database import open_engine
from services.changes import Write, WriteConflict, WriteRefused
from services.crm.connectors import CrmRecordUnknown, CrmRefused, Kind
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.tables import metadata, own_note, own_record, own_write
from services.crm.field_origins import Origin
from services.crm.own_book import ROWS, OwnBook
from services.crm.own_edits import OwnRecordChanged, OwnWrite, amount_of
from services.crm.tables import field_origins

AQUA = {"name": "Аква", "email": "info@aqua.example", "phone": "+7 999"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    url = f"sqlite:///{tmp_path_factory.mktemp('own') / 'test.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    made = open_engine(url, durable=False)
    metadata.create_all(made)
    field_origins.create(made)
    yield made
    made.dispose()


@pytest.fixture
def book(engine: Engine) -> OwnBook:
    """Each look at its clock is a second later."""
    seconds = count(1_800_000_000)
    with engine.begin() as connection:
        for table in (own_record, field_origins, own_write, own_note):
            connection.execute(table.delete())
    return OwnBook(BuiltInCrm(engine, clock=lambda: datetime.fromtimestamp(next(seconds), UTC)))


def wanted(after: str | None, *, before: str | None = "+7 999", field: str = "phone", key: str = "k1") -> OwnWrite:
    return OwnWrite(field, before, after, key, Origin.IMPORT, "ledger.xlsx")


def test_a_person_s_record_is_read_as_it_was_typed_and_is_this_person_s(book: OwnBook) -> None:
    name = book.create(Kind.DEAL, {"title": " Pumps ", "amount": "1 200,50", "stage": ""}, "anna")

    assert book.record(name).values == {"title": "Pumps", "amount": "1200.50", "stage": None}
    assert {field: (each.origin, each.changed_by) for field, each in book.origins(name).items()} == {
        "title": (Origin.HAND, "anna"),
        "amount": (Origin.HAND, "anna"),
    }


def test_numbers_go_on_for_each_kind_by_itself(book: OwnBook) -> None:
    names = [book.create(Kind.CUSTOMER, AQUA, "a"), book.create(Kind.CUSTOMER, AQUA, "a")]
    names.append(book.create(Kind.DEAL, {"title": "Pumps"}, "a"))

    assert names == ["customer:1", "customer:2", "deal:1"]


def test_a_write_leaves_the_other_fields_and_says_what_filled_it(book: OwnBook) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")

    book.edits.write(name, wanted("+7 111"))

    assert book.record(name).values == {**AQUA, "phone": "+7 111"}
    assert [book.origins(name)[field].origin for field in ("phone", "email")] == [Origin.IMPORT, Origin.HAND]


def test_the_same_key_again_changes_nothing(book: OwnBook) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")
    book.edits.write(name, wanted("+7 111"))
    book.edits.write(name, wanted("+7 222", before="+7 111", key="k2"))

    book.edits.write(name, wanted("+7 111"))

    assert book.record(name).values["phone"] == "+7 222"


def test_a_field_that_somebody_changed_since_is_not_overwritten(book: OwnBook) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")
    book.edits.write(name, wanted("+7 111"))

    with pytest.raises(OwnRecordChanged):
        book.edits.write(name, wanted("+7 222", key="k2"))

    assert book.record(name).values["phone"] == "+7 111"


@pytest.mark.parametrize(
    "name", ["customer:2", "ticket:1", "customer:", "customer:1 OR 1=1", "customer:" + "9" * 30, "", "deal:1"]
)
def test_what_is_no_record_here_is_unknown(book: OwnBook, name: str) -> None:
    book.create(Kind.CUSTOMER, AQUA, "anna")

    with pytest.raises(CrmRecordUnknown):
        book.record(name)
    with pytest.raises(CrmRecordUnknown):
        book.edits.write(name, OwnWrite("stage", None, "won", "k", Origin.HAND, "anna"))


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "x"), ("name", " "), ("name", None), ("phone", "x" * 2001), ("phone", "a\0b"), ("phone", 5)],
)
def test_a_value_that_does_not_fit_is_refused(book: OwnBook, field: str, value: object) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")

    with pytest.raises(CrmRefused):
        book.edits.write(name, wanted(value, before=AQUA.get(field), field=field))

    assert book.record(name).values == AQUA


@pytest.mark.parametrize("text", ["12e5", "NaN", "-Infinity", "1_000", "0x1", "1.2.3", "9" * 31, "twelve"])
def test_an_amount_is_a_plain_number(text: str) -> None:
    with pytest.raises(CrmRefused):
        amount_of(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("аКВ", ["Аква"]), ("NEVA", ["Neva"]), ("+7 9", ["Аква"]), ("name", []), ("100%", ["100% Water"]), ("%", ["100% Water"])],
)
def test_any_value_is_found_by_its_words_and_no_field_s_name(book: OwnBook, text: str, found: list[str]) -> None:
    for name, phone in (("Аква", "+7 999"), ("Neva", None), ("100% Water", None)):
        book.create(Kind.CUSTOMER, {"name": name, "phone": phone}, "anna")

    assert [each.values["name"] for each in book.page(Kind.CUSTOMER, text=text).items] == found


def test_all_pages_together_hold_each_record_once_the_last_changed_first(book: OwnBook) -> None:
    for number in range(1, 2 * ROWS + 2):
        book.create(Kind.CUSTOMER, {"name": f"Company {number}"}, "anna")
    book.edits.write("customer:3", wanted("+7", before=None))

    seen, cursor = [], ""
    while cursor is not None:
        page = book.page(Kind.CUSTOMER, cursor=cursor)
        seen += [int(each.record_id) for each in page.items]
        cursor = page.next_cursor

    assert seen == [3, *(number for number in range(2 * ROWS + 1, 0, -1) if number != 3)]
    assert page.total == 2 * ROWS + 1


@pytest.mark.parametrize("cursor", ["x", "1", "1.2.3", "9" * 30 + ".1", "-1.-1", "²." + "1", "..", "1;drop.1"])
def test_a_cursor_that_is_none_of_ours_asks_from_the_start(book: OwnBook, cursor: str) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")

    assert [f"customer:{each.record_id}" for each in book.page(Kind.CUSTOMER, cursor=cursor).items] == [name]


def test_another_tenant_s_records_are_not_there(book: OwnBook) -> None:
    name = book.create(Kind.CUSTOMER, AQUA, "anna")
    other = OwnBook(BuiltInCrm(book.here.engine, "other"))

    assert other.page(Kind.CUSTOMER).total == 0
    with pytest.raises(CrmRecordUnknown):
        other.record(name)
    with pytest.raises(CrmRecordUnknown):
        other.edits.write(name, wanted("+7 111"))


async def test_as_a_target_of_changes_it_tells_who_filled_a_field_and_refuses_in_the_port_s_words(book: OwnBook) -> None:
    name, target = book.create(Kind.CUSTOMER, AQUA, "anna"), OwnCrmTarget(book.edits)

    reading = await target.read(name, ["phone"])
    with pytest.raises(WriteConflict):
        await target.apply(Write(name, "phone", "+7 000", "+7 111", "k1"))
    with pytest.raises(WriteRefused):
        await target.apply(Write(name, "phone", "+7 999", {"a": 1}, "k2"))

    assert (reading.values, reading.label, reading.by_hand) == ({"phone": "+7 999"}, "Аква", frozenset(AQUA))
