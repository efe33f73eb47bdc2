"""Rows of a ticket's correspondence, within a transaction of the caller."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.crm.correspondence import Attachment, MessageKind
from services.crm.tables import ticket_attachments, ticket_messages, tickets

# Tickets made up by ourselves have customers who do not exist.
NOBODY_BEHIND = frozenset({"sample"})
SENT_KINDS = frozenset({MessageKind.REPLY, MessageKind.RECEIPT})
TOLD_KINDS = frozenset({MessageKind.CUSTOMER, MessageKind.REPLY})


def insert_once(connection: Connection, table: Table, row: dict[str, Any]) -> int | None:
    """Insert a row unless its like is there, also where another process does so at this moment; the number of a new one."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(**row).on_conflict_do_nothing().returning(table.c.number)
    number: int | None = connection.execute(statement).scalar()
    return number


def add_message(
    connection: Connection,
    ticket: RowMapping,
    kind: MessageKind,
    source: str,
    external_id: str,
    *,
    text: str,
    author: tuple[str, str] = ("", ""),
    message_id: str = "",
    attachments: Sequence[Attachment] = (),
) -> bool:
    """Add to a ticket's thread, once per source and id; whether it was new."""
    now = datetime.now(UTC).replace(tzinfo=None)
    is_sent = kind in SENT_KINDS and bool(ticket["customer_key"]) and ticket["source"] not in NOBODY_BEHIND
    # A process that has ended hears nothing more.
    is_told = kind in TOLD_KINDS and source != "process"
    row = {
        "tenant_id": ticket["tenant_id"],
        "ticket_number": ticket["number"],
        "kind": kind,
        "source": source,
        "external_id": external_id,
        "message_id": message_id or None,
        "author_name": author[0][:200],
        "author_email": author[1][:320],
        "text": text,
        "created_at": now,
        "announced_at": None if is_told else now,
        "handed_at": None if is_sent else now,
    }
    number = insert_once(connection, ticket_messages, row)
    if number is None:
        return False
    if kind is MessageKind.REPLY:
        first = update(tickets).where(tickets.c.number == ticket["number"], tickets.c.replied_at.is_(None))
        connection.execute(first.values(replied_at=now))
    add_attachments(connection, ticket["number"], number, attachments)
    return True


def add_attachments(
    connection: Connection, ticket_number: int, message_number: int | None, attachments: Sequence[Attachment]
) -> None:
    rows = [
        {
            "ticket_number": ticket_number,
            "message_number": message_number,
            "name": each.name[:200],
            "media_type": each.media_type[:100],
            "size": each.size,
            "sha256": each.sha256,
        }
        for each in attachments
    ]
    if rows:
        connection.execute(ticket_attachments.insert(), rows)


def attachments_by_message(connection: Connection, ticket_number: int) -> dict[int, tuple[Attachment, ...]]:
    """A ticket's files by the number of their message; 0 for what came with the ticket itself."""
    columns = ticket_attachments.c
    found: dict[int, tuple[Attachment, ...]] = {}
    query = select(ticket_attachments).where(columns.ticket_number == ticket_number).order_by(columns.number)
    for row in connection.execute(query).mappings():
        key = row["message_number"] or 0
        found[key] = (*found.get(key, ()), attachment_of_row(row))
    return found


def attachment_of_row(row: RowMapping) -> Attachment:
    return Attachment(row["name"], row["media_type"], row["size"], row["sha256"], row["number"])
