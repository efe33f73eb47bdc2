"""What customers and staff write about a ticket: kept once, in one thread, on both databases."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from services.crm import (
    Attachment,
    AttachmentUnknown,
    IncomingMessage,
    InvalidMessage,
    MessageKind,
    NewTicket,
    SqlCorrespondence,
    SqlTicketDesk,
    SqlTicketSearch,
    TicketFilter,
    TicketUnknown,
)
from services.crm.amending import SqlTicketAmendments
from tests.databases import empty_database

FILE = Attachment("burns.png", "image/png", 3, "ab" * 32)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all tests here: each has a tenant of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('tickets') / 'test.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    engine = empty_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def tenant() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def letters(engine: Engine, tenant: str) -> SqlCorrespondence:
    return SqlCorrespondence(engine, tenant)


@pytest.fixture
def desk(engine: Engine, tenant: str) -> SqlTicketDesk:
    return SqlTicketDesk(engine, tenant)


class Listener:
    """Hears what processes would hear."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    async def publish_now(self, name: str, correlation_key: str, variables: Mapping[str, Any]) -> None:
        assert variables == {}
        self.heard.append((name, correlation_key))


def mail(number: int = 1, **changes: Any) -> IncomingMessage:
    own = {"source": "mail", "external_id": f"<{number}@x>", "message_id": f"<{number}@x>", "text": f"words {number}"}
    return IncomingMessage(**{**own, "author_name": "Ann", "author_email": "Ann@Customer.example", **changes})


def close(desk: SqlTicketDesk, ticket_id: str, reply: str = "Done.") -> None:
    desk.close(ticket_id, outcome="resolved", reply=reply, request_id="1")


def test_a_mail_opens_one_ticket_however_often_it_comes(letters, desk) -> None:
    first = letters.receive(mail(attachments=(FILE,), acknowledge=True))

    again = letters.receive(mail(attachments=(FILE,), acknowledge=True))

    assert (first.opened, first.is_new, again.is_new) == (True, True, False)
    assert first.ticket_id == again.ticket_id
    assert desk.get(first.ticket_id).customer_key == "ann@customer.example"
    [own, receipt] = letters.thread(first.ticket_id)
    assert (own.text, [each.name for each in own.attachments]) == ("words 1", ["burns.png"])
    assert receipt.kind is MessageKind.RECEIPT


@pytest.mark.parametrize("how", ["token", "the ticket's mail", "a reply", "an answer"])
def test_an_answer_joins_the_thread_of_its_open_ticket(letters, how) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id
    letters.receive(mail(2, thread=("<1@x>",)))
    letters.reply(ticket_id, "Hello", author="Bob", request_id="r")
    letters.mark_handed(letters.unhanded()[0].number, "<reply@desk>")
    thread = {"token": (), "the ticket's mail": ("<?@x>", "<1@x>"), "a reply": ("<reply@desk>",), "an answer": ("<2@x>",)}[how]

    receipt = letters.receive(mail(3, thread=thread, ticket_id=ticket_id if how == "token" else None, attachments=(FILE,)))

    assert (receipt.ticket_id, receipt.opened, receipt.is_new) == (ticket_id, False, True)
    last = letters.thread(ticket_id)[-1]
    assert (last.kind, last.text, last.author_name, len(last.attachments)) == (MessageKind.CUSTOMER, "words 3", "Ann", 1)


def test_an_answer_to_a_closed_ticket_opens_one_that_follows(letters, desk) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id
    close(desk, ticket_id)

    follower = letters.receive(mail(2, thread=("<1@x>",)))
    later = letters.receive(mail(3, ticket_id=ticket_id))

    assert (follower.opened, follower.follows) == (True, ticket_id)
    assert desk.get(follower.ticket_id).follows == ticket_id
    assert (later.ticket_id, later.opened) == (follower.ticket_id, False)


def test_a_mail_about_a_ticket_nobody_knows_opens_its_own(letters) -> None:
    receipt = letters.receive(mail(ticket_id="T-99999", thread=("<nobody@x>",)))

    assert (receipt.opened, receipt.follows) == (True, None)


def test_another_tenant_s_thread_is_no_thread(engine, letters) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id

    receipt = SqlCorrespondence(engine, uuid.uuid4().hex).receive(mail(2, thread=("<1@x>",), ticket_id=ticket_id))

    assert receipt.opened


def test_a_mail_without_text_is_named_by_its_subject(letters) -> None:
    with_subject = letters.receive(mail(1, text=" \n", subject="Printer burns"))
    without = letters.receive(mail(2, text="", subject=""))

    assert letters.thread(with_subject.ticket_id)[0].text == "Printer burns"
    assert letters.thread(without.ticket_id)[0].text == "–"


def test_closing_with_a_reply_writes_to_the_customer_once(letters, desk) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id
    letters.receive(mail(2, thread=("<1@x>",)))

    for _attempt in range(2):
        close(desk, ticket_id)

    [reply] = letters.unhanded()
    assert (reply.text, reply.ticket.ticket_id, reply.thread) == ("Done.", ticket_id, ("<1@x>", "<2@x>"))
    assert desk.get(ticket_id).replied_at is not None
    letters.mark_handed(reply.number, "<ours@desk>")
    assert letters.unhanded() == []


def test_nobody_is_written_to_without_an_address_or_behind_a_sample(letters, desk) -> None:
    [unknown, sample] = desk.intake(
        [
            NewTicket(source="shop", external_id="1", text="x"),
            NewTicket(source="sample", external_id="1", text="x", customer_email="a@customers.example"),
        ]
    )

    for receipt in (unknown, sample):
        close(desk, receipt.ticket_id)

    assert letters.unhanded() == []
    assert letters.thread(sample.ticket_id)[-1].text == "Done."


def test_a_note_is_for_staff_and_a_reply_for_the_customer(letters) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id

    for _attempt in range(2):
        letters.note(ticket_id, "Angry", author="Bob", request_id="n")
        letters.reply(ticket_id, "Hello", author="Bob", request_id="r", attachments=[FILE])

    assert [each.kind for each in letters.thread(ticket_id)[1:]] == [MessageKind.NOTE, MessageKind.REPLY]
    [reply] = letters.unhanded()
    assert (reply.text, [each.name for each in reply.attachments]) == ("Hello", ["burns.png"])


async def test_processes_hear_of_answers_and_replies_once(letters, desk) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id
    letters.receive(mail(2, thread=("<1@x>",)))
    letters.reply(ticket_id, "Hello", author="Bob", request_id="r")
    letters.note(ticket_id, "Angry", author="Bob", request_id="n")
    close(desk, ticket_id)
    listener = Listener()

    counts = [await letters.publish_answers(listener), await letters.publish_answers(listener)]

    assert counts == [2, 0]
    assert listener.heard == [("customer_replied", ticket_id), ("ticket_replied", ticket_id)]


def test_a_closed_ticket_is_rated_from_1_to_5(letters, desk) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id
    with pytest.raises(InvalidMessage, match="still open"):
        letters.rate(ticket_id, 5, "")
    close(desk, ticket_id)

    letters.rate(ticket_id, 4, " Quick \x00")

    rated = desk.get(ticket_id)
    assert (rated.rating, rated.rating_comment) == (4, "Quick")
    for rating in (0, 6, -1):
        with pytest.raises(InvalidMessage, match="1 to 5"):
            letters.rate(ticket_id, rating, "")


def test_an_attachment_is_found_at_its_own_ticket_alone(letters) -> None:
    first = letters.receive(mail(1, attachments=(FILE,))).ticket_id
    second = letters.receive(mail(2)).ticket_id
    number = letters.thread(first)[0].attachments[0].number

    assert letters.attachment(first, number).sha256 == FILE.sha256
    with pytest.raises(AttachmentUnknown):
        letters.attachment(second, number)


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_001, "\x00"])
def test_a_message_needs_a_text_that_can_be_kept(letters, text) -> None:
    ticket_id = letters.receive(mail(1)).ticket_id

    with pytest.raises(InvalidMessage, match="1 to 100000"):
        letters.reply(ticket_id, text, author="Bob", request_id="r")


@pytest.mark.parametrize("ticket_id", ["T-99999", "", "T-x", "T-99999999999", "1; DROP TABLE ticket"])
def test_an_unknown_ticket_is_named(letters, ticket_id) -> None:
    with pytest.raises(TicketUnknown, match="knows no ticket"):
        letters.thread(ticket_id)


def test_a_corrected_address_takes_the_ticket_to_its_customer(engine, letters, desk, tenant) -> None:
    ticket_id = letters.receive(mail()).ticket_id
    amendments = SqlTicketAmendments(engine, tenant)

    amendments.amend(
        ticket_id, "customer_email", before="Ann@Customer.example", after="Bob@Other.example", request_id="1", author="Bob"
    )

    found = SqlTicketSearch(engine, tenant).page(TicketFilter(customer="bob@other.example")).items
    assert [ticket.ticket_id for ticket in found] == [ticket_id]
    assert SqlTicketSearch(engine, tenant).page(TicketFilter(customer="ann@customer.example")).items == ()
