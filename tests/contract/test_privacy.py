"""A customer's data on request, on both databases."""

import json
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, select, text

from api.privacy_desk import NotAnAddress
from bootstrap.privacy import erase_person, export_person
from history.tables import process_instance, variable
from services.changes import (
    Action,
    Author,
    AuthorKind,
    ChangeEvent,
    ChangeItem,
    ChangeSet,
    ItemState,
    SetState,
    SqlChangeLedger,
)
from services.crm import NewTicket, SqlTicketDesk
from services.crm.connectors import Kind
from services.crm.connectors.built_in import BuiltInCrm
from services.crm.connectors.tables import record
from services.crm.own_book import OwnBook
from services.crm.sync import ConnectionBook
from services.crm.tables import ticket_attachments
from services.files import FileUnknown, FolderFileStore
from services.mail.letter import Letter
from services.mail.outbox import SqlOutbox
from services.mail.sender import DeskSender
from services.mail.transport import FolderTransport
from tests.databases import empty_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = {"name": "file.png", "media_type": "image/png", "size": 1}
ANNA, BORIS = "anna.petrova@example.org", "boris@example.org"


@pytest.fixture
def engine(database_url: str):
    engine = empty_database(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def files(tmp_path: Path) -> FolderFileStore:
    return FolderFileStore(tmp_path / "files")


def tickets_of(engine, *customers: str) -> list[str]:
    desk = SqlTicketDesk(engine)
    return [
        desk.intake([NewTicket("shop", f"{number}", f"It is broken, writes {who}", "Broken", f"Name of {who}", who)])[
            0
        ].ticket_id
        for number, who in enumerate(customers)
    ]


def close_all(engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET status = 'closed'"))


def remember_variables(engine, ticket_id: str, instance: int) -> None:
    values = {"ticket_id": ticket_id, "customer_email": ANNA, "category": "Hardware"}
    rows = [
        {
            "key": instance + number,
            "tenant_id": "<default>",
            "name": name,
            "value": json.dumps(value),
            "value_start": json.dumps(value),
            "scope_key": instance,
            "process_instance_key": instance,
            "process_definition_key": 1,
            "bpmn_process_id": "ticket_triage",
            "created_at": 1,
            "updated_at": 1,
            "updated_position": 1,
        }
        for number, (name, value) in enumerate(values.items())
    ]
    with engine.begin() as connection:
        connection.execute(insert(variable), rows)


def remember_instance(engine, key: int, ended_at: int | None) -> None:
    row = {
        "key": key,
        "tenant_id": "<default>",
        "bpmn_process_id": "ticket_triage",
        "process_definition_key": 1,
        "version": 1,
        "state": "ACTIVE" if ended_at is None else "TERMINATED",
        "started_at": 1,
        "ended_at": ended_at,
        "started_position": key,
        "root_process_instance_key": key,
        "incident_count": 0,
        "tree_incident_count": 0,
    }
    with engine.begin() as connection:
        connection.execute(insert(process_instance), row)


def everything(engine) -> str:
    """Every cell of every table."""
    known = MetaData()
    known.reflect(engine)
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in known.sorted_tables
            if not table.name.startswith("ticket_search")
            for row in connection.execute(select(table))
        )


def test_a_customer_is_gone_from_every_table_and_others_stay(engine, files) -> None:
    (anna, _boris) = tickets_of(engine, ANNA, BORIS)
    remember_variables(engine, anna, 100)
    close_all(engine)
    before = everything(engine)

    report = erase_person(engine, files, f" {ANNA.upper()} ")

    after = everything(engine)
    assert "petrova" in before.lower()
    assert "petrova" not in after.lower()
    assert BORIS in after
    assert "Hardware" in after
    assert report.erased["tickets"] == 1
    assert report.erased["variables"] == 1
    assert any("Backups" in reason for reason in report.stays)


def customer_with_a_past(engine, address: str, state: ItemState, tenant_id: str = "<default>") -> str:
    """A customer of the built-in CRM with a note, an edit in some state, and a copy in a connected CRM."""
    book = OwnBook(BuiltInCrm(engine, tenant_id))
    values = {"name": f"Name of {address}", "email": address.title(), "phone": None}
    name = book.create(Kind.CUSTOMER, values, "ann")
    book.note(book.record(name), f"called {address}", request_id="n-1")
    set_id = f"set of {tenant_id}"
    item = ChangeItem(f"i-{tenant_id}", set_id, 1, "crm", name, "email", address, None, record_label=address, state=state)
    author = Author(AuthorKind.PERSON, "ann")
    edit = ChangeSet(set_id, f"Edit: {address}", f"{address} asked", author, NOW, SetState.APPLIED, (item,), set_id)
    event = ChangeEvent(set_id, NOW, "ann", Action.PROPOSED, item.item_id, f"{address} asked")
    SqlChangeLedger(engine, tenant_id=tenant_id).add(edit, [event], [])
    connection, _secret = ConnectionBook(engine, tenant_id).add("sales", "chatwoot", "https://crm.example.org")
    copy = {"connection_id": connection.connection_id, "kind": "customer", "record_id": "1", "changed_at": 1}
    with engine.begin() as sql:
        sql.execute(insert(record).values({**copy, "values": json.dumps(values), "seen_in": 1, "is_gone": False}))
    return name


def test_a_customer_of_the_crm_is_gone_with_notes_edits_and_copies(engine, files) -> None:
    name = customer_with_a_past(engine, ANNA, ItemState.APPLIED)
    before = export_person(engine, ANNA)

    report = erase_person(engine, files, ANNA)

    kinds = ("customers", "customer_notes", "customer_changes", "customer_change_sets", "synchronised")
    assert {kind: len(before[kind]) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert {kind: report.erased[kind] for kind in kinds} == dict.fromkeys(kinds, 1)
    assert "petrova" not in everything(engine).lower()
    assert OwnBook(BuiltInCrm(engine)).record(name).values["name"] == "(erased)"


def test_a_customer_of_whom_a_change_waits_stays_and_is_named(engine, files) -> None:
    name = customer_with_a_past(engine, ANNA, ItemState.AWAITING)

    report = erase_person(engine, files, ANNA)

    assert report.waiting == [name]
    assert report.erased["customers"] == 0
    assert OwnBook(BuiltInCrm(engine)).record(name).values["email"] == ANNA.title()
    assert len(export_person(engine, ANNA)["customers"]) == 1


def test_what_another_tenant_keeps_about_the_same_person_stays(engine, files) -> None:
    for tenant_id in ("<default>", "acme"):
        customer_with_a_past(engine, ANNA, ItemState.APPLIED, tenant_id)

    erase_person(engine, files, ANNA)

    [kept] = export_person(engine, ANNA)["customers"]
    assert kept["tenant_id"] == "acme"
    assert [each["name"] for each in export_person(engine, ANNA, "<default>")["customers"]] == []


def test_an_open_ticket_stays_and_is_named(engine, files) -> None:
    (ticket_id,) = tickets_of(engine, ANNA)

    report = erase_person(engine, files, ANNA)

    assert report.erased["tickets"] == 0
    assert report.stays[0] == f"Ticket {ticket_id} is open: close it, and erase again."
    assert ANNA in everything(engine)


@pytest.mark.parametrize(
    ("ended_at", "is_erased"), [((5,), True), ((None,), False), ((5, None), False), ((5, 6), True)], ids=str
)
def test_a_ticket_whose_process_was_ended_is_nobody_s_work_any_more(
    engine, files, ended_at: tuple[int | None, ...], is_erased: bool
) -> None:
    (ticket_id,) = tickets_of(engine, ANNA)
    for number, ended in enumerate(ended_at):
        remember_variables(engine, ticket_id, instance=100 * (number + 1))
        remember_instance(engine, 100 * (number + 1), ended)

    report = erase_person(engine, files, ANNA)

    assert report.open_tickets == ([] if is_erased else [ticket_id])
    assert (ANNA in everything(engine)) != is_erased


def test_mails_that_became_files_go_but_another_tenant_s_and_other_people_s(engine, files, tmp_path: Path) -> None:
    written = FolderTransport(tmp_path / "sent")
    for tenant_id, recipient in (("<default>", ANNA), ("globex", ANNA), ("<default>", BORIS)):
        outbox = SqlOutbox(engine, DeskSender("desk@company.example", "Desk", tenant_id), tenant_id)
        outbox.put(Letter(f"{tenant_id} {recipient}", "T-1", recipient, "Your ticket", tenant_id, recipient_name="Anna"))
        with written.open() as line:
            for mail in outbox.take_due(10):
                line.send(mail.recipient, mail.content)

    report = erase_person(engine, files, ANNA.upper(), written=written)

    left = sorted(message_from_bytes(file.read_bytes())["To"] for file in written.folder.iterdir())
    assert (report.erased["mails"], report.erased["written_mails"]) == (1, 1)
    assert left == [f"Anna <{ANNA}>", f"Anna <{BORIS}>"]


def test_an_export_holds_what_is_kept_about_a_customer_alone(engine) -> None:
    (ticket_id, _) = tickets_of(engine, ANNA, BORIS)
    remember_variables(engine, ticket_id, 100)

    found = export_person(engine, ANNA)

    written = json.dumps(found, default=str)
    assert found["tickets"][0]["customer_name"] == f"Name of {ANNA}"
    assert [each["name"] for each in found["variables"]] == ["customer_email"]
    assert BORIS not in written


def test_a_second_erasure_finds_nothing(engine, files) -> None:
    tickets_of(engine, ANNA)
    close_all(engine)
    erase_person(engine, files, ANNA)

    again = erase_person(engine, files, ANNA)

    assert not any(again.erased.values())


def test_an_attachment_s_file_goes_unless_somebody_else_s_ticket_has_it_too(engine, files) -> None:
    tickets_of(engine, ANNA, BORIS)
    close_all(engine)
    own, shared = files.put(b"a picture of Anna"), files.put(b"the manual")
    with engine.begin() as connection:
        for ticket, kept in ((1, own), (1, shared), (2, shared)):
            connection.execute(
                text(
                    "INSERT INTO ticket_attachment (ticket_number, name, media_type, size, sha256) "
                    "VALUES (:ticket, 'file.png', 'image/png', 1, :sum)"
                ),
                {"ticket": ticket, "sum": kept.sha256},
            )

    report = erase_person(engine, files, ANNA)

    assert report.erased["files"] == 1
    assert files.path(shared.sha256).read_bytes() == b"the manual"
    assert not (files.folder / own.sha256[:2] / own.sha256).exists()


def test_a_file_of_before_stays_while_another_tenant_s_ticket_has_it(engine, files, tmp_path: Path) -> None:
    together, alone = files.put(b"the manual"), files.put(b"a picture of Anna")
    own = FolderFileStore(tmp_path / "acme", files.folder)
    again = own.put(b"the manual")
    for tenant_id, kept in (("<default>", [together]), ("acme", [together, alone])):
        ticket = SqlTicketDesk(engine, tenant_id=tenant_id).intake([NewTicket("shop", "1", "It is broken", "x", "Anna", ANNA)])
        with engine.begin() as connection:
            number = int(ticket[0].ticket_id.removeprefix("T-"))
            rows = [{"ticket_number": number, "sha256": each.sha256} | FILE for each in kept]
            connection.execute(insert(ticket_attachments), rows)
    close_all(engine)

    report = erase_person(engine, own, ANNA, "acme")

    assert report.erased["files"] == 2
    assert files.path(again.sha256).read_bytes() == b"the manual"
    assert not (own.folder / again.sha256[:2] / again.sha256).exists()
    with pytest.raises(FileUnknown):
        own.path(alone.sha256)


@pytest.mark.parametrize("address", ["", "anna", "%", "a b@c", "x" * 400 + "@example.org"])
def test_what_is_no_address_erases_nobody(engine, files, address: str) -> None:
    with pytest.raises(NotAnAddress):
        erase_person(engine, files, address)


def test_no_word_of_an_erased_ticket_is_left_in_the_index(engine, files: FolderFileStore) -> None:
    desk = SqlTicketDesk(engine)
    for number, who in enumerate((BORIS, ANNA, BORIS)):
        desk.intake([NewTicket("shop", str(number), "Qwertzuiop" if who == ANNA else "It is broken", "Broken", "", who)])
    with engine.begin() as connection:
        connection.execute(text("UPDATE ticket SET status = 'closed'"))

    erase_person(engine, files, ANNA)

    table = "ticket_search_data" if engine.dialect.name == "sqlite" else "ticket_search_words"
    with engine.connect() as connection:
        rows = [str(dict(row)) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
    assert rows
    assert not any("qwertzuiop" in row.casefold() for row in rows)
