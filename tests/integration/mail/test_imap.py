"""Reading a mailbox on a real IMAP server."""

import imaplib
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.crm import SqlTicketSearch, TicketFilter
from services.mail.mailbox import Mailbox, MailboxReader, MailboxUnavailable
from services.mail.parsing import MailLimits
from tests.dovecot import ImapServer, running_dovecot


@pytest.fixture(scope="module")
def dovecot() -> Iterator[ImapServer]:
    with running_dovecot() as server:
        yield server


@pytest.fixture
def mailbox(dovecot: ImapServer, request: pytest.FixtureRequest) -> Mailbox:
    """A mailbox of this test alone."""
    user = "".join(sign for sign in request.node.name if sign.isalnum())[:60].lower()
    return Mailbox("127.0.0.1", dovecot.port, user, dovecot.password, tls=False)


@pytest.fixture
def client(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4(mailbox.host, mailbox.port) as connection:
        connection.login(mailbox.username, mailbox.password)
        yield connection


def put(client: imaplib.IMAP4, message, folder: str = "INBOX") -> None:
    client.append(folder, "", imaplib.Time2Internaldate(time.time()), message.as_bytes())


def seen(client: imaplib.IMAP4, folder: str = "INBOX") -> int:
    client.select(folder)
    return len(client.search(None, "SEEN")[1][0].split())


def tickets(engine) -> list[str]:
    return [ticket.external_id for ticket in SqlTicketSearch(engine).page(TicketFilter()).items]


def test_new_mails_are_taken_in_once_and_marked(mailbox, client, intake, engine, mail) -> None:
    reader = MailboxReader(mailbox, intake, engine)
    put(client, mail(1))
    put(client, mail(2, text="Не печатает"))

    counts = [reader.read_new(), reader.read_new()]
    put(client, mail(3))
    counts.append(reader.read_new())

    assert counts == [2, 0, 1]
    assert tickets(engine) == ["<3@customer.example>", "<2@customer.example>", "<1@customer.example>"]
    assert seen(client) == 3


def test_a_mail_taken_in_goes_to_the_folder_named_for_it(mailbox, client, intake, engine, mail) -> None:
    client.create('"Done &BB8-"')
    put(client, mail(1))

    MailboxReader(replace(mailbox, done_folder="Done П"), intake, engine).read_new()

    assert client.select("INBOX")[1] == [b"0"]
    assert seen(client, '"Done &BB8-"') == 1


def test_a_folder_numbered_anew_is_read_from_its_start_without_doubles(mailbox, client, intake, engine, mail) -> None:
    reader = MailboxReader(replace(mailbox, folder="Desk"), intake, engine)
    client.create("Desk")
    put(client, mail(1), "Desk")
    reader.read_new()
    client.delete("Desk")
    time.sleep(1.1)  # UIDVALIDITY is the second of the folder's making.
    client.create("Desk")
    put(client, mail(1), "Desk")
    put(client, mail(2), "Desk")

    count = reader.read_new()

    assert count == 2
    assert tickets(engine) == ["<2@customer.example>", "<1@customer.example>"]


def test_an_unreadable_mail_is_held_and_does_not_stop_the_others(mailbox, client, intake, engine, settings, mail) -> None:
    bad = mail(1)
    for number in range(5):
        bad.add_attachment(b"x", maintype="a", subtype="b", filename=str(number))
    put(client, bad)
    put(client, mail(2))

    MailboxReader(mailbox, replace(intake, limits=MailLimits(parts=3)), engine).read_new()

    assert tickets(engine) == ["<2@customer.example>"]
    assert len(list((settings.data_dir / "mail" / "held").glob("*.eml"))) == 1


def test_a_mail_too_large_is_flagged_and_left(mailbox, client, intake, engine, mail) -> None:
    put(client, mail(1, text="x" * 70_000))
    put(client, mail(2))

    MailboxReader(mailbox, replace(intake, limits=MailLimits(mail=50_000)), engine).read_new()

    assert tickets(engine) == ["<2@customer.example>"]
    client.select("INBOX")
    assert client.search(None, "FLAGGED")[1] == [b"1"]


class DeskAway:
    def take_in(self, mail, ticket_id, *, acknowledge):
        raise ConnectionError


def test_a_mail_that_could_not_be_committed_is_neither_marked_nor_passed_over(mailbox, client, intake, engine, mail) -> None:
    put(client, mail(1))

    with pytest.raises(MailboxUnavailable):
        MailboxReader(mailbox, replace(intake, desk=DeskAway()), engine).read_new()
    unseen = seen(client)
    MailboxReader(mailbox, intake, engine).read_new()

    assert (unseen, seen(client)) == (0, 1)
    assert tickets(engine) == ["<1@customer.example>"]


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"folder": "Nowhere"}, {"port": 1}])
def test_what_is_wrong_with_a_mailbox_is_said(mailbox, intake, engine, changes) -> None:
    with pytest.raises(MailboxUnavailable, match=r"127\.0\.0\.1:"):
        MailboxReader(replace(mailbox, **changes), intake, engine).read_new()
