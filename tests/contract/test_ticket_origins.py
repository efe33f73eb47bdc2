"""What a person filled in on a ticket stays, by whatever way something else comes in; on both databases."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from bootstrap.change_targets import TicketTarget
from services.changes import Author, AuthorKind, ChangeDesk, ChangeTargets, InMemoryChangeLedger, NewChangeSet, NewItem, Write
from services.crm import Assignment, IncomingMessage, NewTicket, SqlCorrespondence, SqlTicketDesk
from services.crm.amending import SqlTicketAmendments
from services.crm.field_origins import Origin
from tests.databases import empty_database


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all tests here: each has a tenant of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('tickets') / 'test.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    engine = empty_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine: Engine) -> SqlTicketDesk:
    return SqlTicketDesk(engine, uuid.uuid4().hex)


@pytest.fixture
def amendments(engine: Engine, desk: SqlTicketDesk) -> SqlTicketAmendments:
    return SqlTicketAmendments(engine, desk.tenant_id)


@pytest.fixture
def ticket_id(desk: SqlTicketDesk) -> str:
    """One that came from a connected CRM."""
    new = NewTicket("helpdesk", "<17@x>", "It burns", subject="Help", customer_name="Ann", customer_email="ann@a.example")
    [receipt] = desk.intake([new])
    return receipt.ticket_id


def by_hand(amendments: SqlTicketAmendments, ticket_id: str, field: str, after: str | None) -> None:
    before = amendments.read(ticket_id)[field]
    key = uuid.uuid4().hex
    amendments.amend(ticket_id, field, before=before, after=after, request_id=key, author="bob", origin=Origin.HAND)


def assign(desk: SqlTicketDesk, ticket_id: str, request_id: str = "1", chosen_by: str = "") -> Assignment:
    wanted = {"team": "devices", "category": "Hardware", "priority": "low"}
    return desk.assign(ticket_id, **wanted, request_id=request_id, chosen_by=chosen_by)


def test_a_sync_that_brings_the_ticket_again_changes_nothing(desk, amendments, ticket_id) -> None:
    by_hand(amendments, ticket_id, "subject", "The printer on floor 3 burns")
    by_hand(amendments, ticket_id, "customer_name", "Ann Hill")

    desk.intake([NewTicket("helpdesk", "<17@x>", "It burns!", subject="Re: Help", customer_name="A.", customer_email="x@y.z")])

    held = desk.get(ticket_id)
    assert (held.subject, held.customer_name) == ("The printer on floor 3 burns", "Ann Hill")


def test_a_mail_in_the_thread_changes_nothing(engine, desk, amendments) -> None:
    letters = SqlCorrespondence(engine, desk.tenant_id)
    first = IncomingMessage("mail", "<1@x>", "It burns", "Help", "Ann", "ann@a.example")
    ticket_id = letters.receive(first).ticket_id
    by_hand(amendments, ticket_id, "subject", "The printer on floor 3 burns")
    by_hand(amendments, ticket_id, "customer_email", "ann.hill@a.example")

    answer = IncomingMessage("mail", "<2@x>", "Still", "URGENT", "Eve", "eve@e.example", thread=("<1@x>",))
    assert letters.receive(answer).ticket_id == ticket_id

    held = desk.get(ticket_id)
    assert (held.subject, held.customer_name, held.customer_email) == (
        "The printer on floor 3 burns",
        "Ann",
        "ann.hill@a.example",
    )


def test_the_process_that_assigns_it_keeps_what_a_person_filled_in_and_says_so(desk, amendments, ticket_id) -> None:
    by_hand(amendments, ticket_id, "category", "Access")

    held = assign(desk, ticket_id)

    assert held == Assignment("devices", "Access", "low")
    assert desk.get(ticket_id).category == "Access"
    assert desk.notes(ticket_id)[-1] == "assigned to devices; as a person filled it in, category stays Access"
    assert assign(desk, ticket_id) == held


def test_what_a_person_emptied_is_filled_again(desk, amendments, ticket_id) -> None:
    by_hand(amendments, ticket_id, "team", "identity")
    by_hand(amendments, ticket_id, "team", None)

    held = assign(desk, ticket_id)

    assert held.team == "devices"


def test_a_person_s_later_word_in_the_process_stands_and_is_a_person_s(desk, amendments, ticket_id) -> None:
    by_hand(amendments, ticket_id, "category", "Access")

    chosen = assign(desk, ticket_id, chosen_by="check_classification")
    later = desk.assign(ticket_id, team="identity", category="Access", priority="high", request_id="2")

    assert chosen == Assignment("devices", "Hardware", "low")
    assert later == Assignment("identity", "Hardware", "low")
    origins = amendments.origins(ticket_id)
    assert {field: (each.origin, each.changed_by) for field, each in origins.items()} == {
        "category": (Origin.HAND, "check_classification"),
        "priority": (Origin.HAND, "check_classification"),
    }


@pytest.mark.parametrize("kind", [AuthorKind.IMPORT, AuthorKind.ASSISTANT, AuthorKind.RULE])
async def test_a_change_set_that_would_overwrite_it_is_marked_so_that_the_policy_asks(amendments, ticket_id, kind) -> None:
    by_hand(amendments, ticket_id, "priority", "high")
    changes = ChangeDesk(InMemoryChangeLedger(), ChangeTargets({"tickets": TicketTarget(amendments)}))
    items = tuple(NewItem("tickets", ticket_id, field, "low") for field in ("priority", "category"))

    proposed = await changes.propose(NewChangeSet("From a file", Author(kind, "tickets.xlsx"), items))

    assert [item.is_filled_by_hand for item in proposed.items] == [True, False]


@pytest.mark.parametrize(
    ("kind", "origin"), [("person", Origin.HAND), ("import", Origin.IMPORT), ("assistant", Origin.PROGRAM)]
)
async def test_a_change_that_is_applied_says_what_filled_the_field(amendments, ticket_id, kind, origin) -> None:
    write = Write(ticket_id, "team", None, "identity", "key-1", author_kind=kind, author="anna")

    await TicketTarget(amendments).apply(write)

    assert [(name, each.origin, each.changed_by) for name, each in amendments.origins(ticket_id).items()] == [
        ("team", origin, "anna")
    ]


def test_another_tenant_s_ticket_is_not_told_of(engine, amendments, ticket_id) -> None:
    by_hand(amendments, ticket_id, "priority", "high")
    elsewhere = SqlTicketDesk(engine, uuid.uuid4().hex)
    [theirs] = elsewhere.intake([NewTicket("helpdesk", "<17@x>", "It burns")])

    held = assign(elsewhere, theirs.ticket_id)

    assert held.priority == "low"
    assert amendments.read(ticket_id)["priority"] == "high"
