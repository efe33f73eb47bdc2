"""A customer's data on request, on both databases."""

import json
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, select, text

from api.privacy_desk import NotAnAddress
from bootstrap.privacy import erase_person, export_person
from history.tables import variable
from services.crm import NewTicket, SqlTicketDesk
from services.files import FolderFileStore
from tests.databases import empty_database

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


def test_an_open_ticket_stays_and_is_named(engine, files) -> None:
    (ticket_id,) = tickets_of(engine, ANNA)

    report = erase_person(engine, files, ANNA)

    assert report.erased["tickets"] == 0
    assert report.stays[0] == f"Ticket {ticket_id} is open: close it, and erase again."
    assert ANNA in everything(engine)


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


@pytest.mark.parametrize("address", ["", "anna", "%", "a b@c", "x" * 400 + "@example.org"])
def test_what_is_no_address_erases_nobody(engine, files, address: str) -> None:
    with pytest.raises(NotAnAddress):
        erase_person(engine, files, address)
