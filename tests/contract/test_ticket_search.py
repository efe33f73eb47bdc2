"""Finding tickets by filters and words, page by page, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from services.crm import InvalidPlace, NewTicket, SqlTicketDesk, SqlTicketSearch, TicketFilter
from tests.databases import empty_database

TICKETS = (
    ("shop", "Printer burns", "The printers on floor 2 burn happily", "ann@customer.example"),
    ("shop", "Нет доступа", "Не могу войти в почту, пароль верный", "Anna@Customer.example"),
    ("mail", "Принтер", "Замените картридж в принтерах", "boris@other.example"),
    ("mail", "Invoice", 'A "quoted" word* and (brackets) AND operators', ""),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Filled once: a test that changes something does so for a tenant of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('tickets') / 'test.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    engine = empty_database(url)
    fill(SqlTicketDesk(engine))
    yield engine
    engine.dispose()


def fill(desk: SqlTicketDesk) -> list[str]:
    """The four tickets; the first is assigned, the second closed."""
    new = [
        NewTicket(source, str(number), words, subject, "Customer", email)
        for number, (source, subject, words, email) in enumerate(TICKETS)
    ]
    first, second, *_rest = made = [receipt.ticket_id for receipt in desk.intake(new)]
    desk.assign(first, team="devices", category="Hardware", priority="high", request_id="1")
    desk.assign(second, team="identity", category="Access", priority="high", request_id="1")
    desk.close(second, outcome="resolved", reply="", request_id="2")
    return made


@pytest.fixture
def search(engine: Engine) -> SqlTicketSearch:
    return SqlTicketSearch(engine)


def ids(search: SqlTicketSearch, **where: object) -> list[str]:
    return [ticket.ticket_id for ticket in search.page(TicketFilter(**where)).items]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, ["T-4", "T-3", "T-2", "T-1"]),
        ({"statuses": ("new", "assigned", "escalated")}, ["T-4", "T-3", "T-1"]),
        ({"team": "devices"}, ["T-1"]),
        ({"priority": "high", "statuses": ("closed",)}, ["T-2"]),
        ({"source": "mail"}, ["T-4", "T-3"]),
        ({"category": "Access"}, ["T-2"]),
        ({"customer": " ANNA@customer.example"}, ["T-2"]),
        ({"created_from": datetime.now(UTC) + timedelta(days=1)}, []),
        ({"created_before": datetime.now(UTC) + timedelta(days=1)}, ["T-4", "T-3", "T-2", "T-1"]),
    ],
)
def test_filters_narrow_the_list(search, where, found) -> None:
    assert ids(search, **where) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("printer", ["T-1"]),
        ("PRINTERS burn", ["T-1"]),
        ("happy", ["T-1"]),
        ("принтера", ["T-3"]),
        ("почта", ["T-2"]),
        ("boris@other.example", ["T-3"]),
        ("t-2", ["T-2"]),
        ("printer invoice", []),
        ('"quoted" word*', ["T-4"]),
        ("(brackets) AND", ["T-4"]),
        ("'; DROP TABLE ticket; --", []),
        ('" OR ""', []),
        ("!&|()<->:*", []),
        ("\x00invoice", ["T-4"]),
    ],
)
def test_words_are_found_by_stem_and_beginning_and_never_run(search, words, found) -> None:
    assert ids(search, words=words) == found


def test_pages_follow_each_other_whatever_comes_in_between(engine) -> None:
    desk, search = SqlTicketDesk(engine, "pages"), SqlTicketSearch(engine, "pages")
    made = fill(desk)
    first = search.page(TicketFilter(), limit=3, count=True)
    desk.intake([NewTicket("shop", "new", "x")])

    second = search.page(TicketFilter(), limit=3, cursor=first.next_cursor)

    assert first.total == 4
    assert [ticket.ticket_id for ticket in second.items] == made[:1]
    assert second.next_cursor is None
    assert len(list(search.every(TicketFilter()))) == 5


@pytest.mark.parametrize("cursor", ["x", "-1", "1" * 20, "²"])
def test_a_place_no_page_gave_out_is_refused(search, cursor) -> None:
    with pytest.raises(InvalidPlace, match="no place"):
        search.page(TicketFilter(), cursor=cursor)


def test_choices_are_what_there_is(search) -> None:
    choices = search.choices()

    assert (choices["team"], choices["priority"]) == (("devices", "identity"), ("high",))
    assert (choices["category"], choices["source"]) == (("Access", "Hardware"), ("mail", "shop"))


def test_another_tenant_finds_nothing(engine) -> None:
    other = SqlTicketSearch(engine, "other")

    assert ids(other) == ids(other, words="printer") == []


def test_a_changed_text_is_found_by_its_new_words_alone(engine) -> None:
    search = SqlTicketSearch(engine, "changed")
    fill(SqlTicketDesk(engine, "changed"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET text = 'erased' WHERE tenant_id = 'changed' AND category = 'Hardware'"))

    assert ids(search, words="happily") == []
    assert len(ids(search, words="erased")) == 1
