"""A customer's data on request: all of it as JSON, or out of every table, with a report of what stays and why.

This crosses every capability's tables, so it stands here and nowhere below. Rows stay, for counts and reports are made of them;
what tells who somebody is goes.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, or_, select, update

from history.tables import variable, variable_history
from services.assistant.tables import drafts
from services.crm.sql_desk import ticket_id_of
from services.crm.tables import ticket_attachments, ticket_messages, ticket_notes, tickets
from services.crm.tickets import TicketStatus, customer_key
from services.files import FileStore, FileUnknown
from services.mail.tables import outgoing
from services.portal.tables import links, sessions

ERASED = "(erased)"
# Variables whose names say that they hold what a customer wrote or is.
_PERSONAL_NAMES = ("customer", "email", "name", "text", "subject", "reply", "draft", "phone", "address", "message", "body")
_STAYS = (
    (
        "The engine's own state and record log keep an instance's variables until it has ended and its records are "
        "dropped (PENSTOCK_RECORD_RETENTION_HOURS): an instance that runs still needs them."
    ),
    "Backups keep what they hold until they are deleted: erase again after restoring one that is older than this report.",
    "The audit log keeps who did what; it holds no personal data of customers.",
    "Notifications to staff keep the subject line they were told; they go with the account they belong to.",
    "Mails that were sent lie with their recipients and in mailboxes outside Penstock.",
)


class NotAnAddress(ValueError):
    """People are found by their e-mail address."""


@dataclass
class ErasureReport:
    """How many rows of each kind lost what was personal, and what stays."""

    erased: dict[str, int] = field(default_factory=dict)
    stays: list[str] = field(default_factory=list)


def export_person(engine: Engine, address: str) -> dict[str, Any]:
    """All that is kept about a customer, by kind."""
    key = _key(address)
    with engine.connect() as connection:
        numbers = _tickets(connection, key)
        rows = {
            name: _rows(connection, table, condition) for name, (table, condition) in _places(connection, key, numbers).items()
        }
    return {"address": key, **rows}


def erase_person(engine: Engine, files: FileStore, address: str) -> ErasureReport:
    """Erase what is kept about a customer, in one transaction; a second time finds nothing more.

    Tickets that are still open are left as they are: somebody works on them, and their customer waits for an answer.
    """
    key = _key(address)
    report = ErasureReport(stays=list(_STAYS))
    with engine.begin() as connection:
        numbers = _tickets(connection, key)
        still_open = [number for number, status in numbers.items() if status != TicketStatus.CLOSED]
        for number in still_open:
            report.stays.insert(0, f"Ticket {ticket_id_of(number)} is open: close it, and erase again.")
            del numbers[number]
        places = _places(connection, key, numbers)
        sums = {row["sha256"] for row in _rows(connection, *places["attachments"])}
        for name, (table, condition) in places.items():
            if still_open and name in {"mails", "portal_links", "portal_sessions"}:
                continue
            report.erased[name] = _erase(connection, table, condition)
        orphans = sums - set(connection.scalars(select(ticket_attachments.c.sha256)))
    report.erased["files"] = sum(_unlink(files, each) for each in sorted(orphans))
    return report


def _key(address: str) -> str:
    key = customer_key(address)
    if "@" not in key or len(key) > 320 or any(character.isspace() for character in key):
        raise NotAnAddress("give the customer's e-mail address, like anna@example.org")
    return key


def _tickets(connection: Connection, key: str) -> dict[int, str]:
    rows = connection.execute(select(tickets.c.number, tickets.c.status).where(tickets.c.customer_key == key))
    return {row.number: row.status for row in rows}


def _places(connection: Connection, key: str, numbers: Mapping[int, str]) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """Where a customer's data lies."""
    own = list(numbers)
    ids = [ticket_id_of(number) for number in own]
    instances = _instances(connection, ids)
    return {
        "messages": (ticket_messages, ticket_messages.c.ticket_number.in_(own)),
        "notes": (ticket_notes, ticket_notes.c.ticket_number.in_(own)),
        "attachments": (ticket_attachments, ticket_attachments.c.ticket_number.in_(own)),
        "drafts": (drafts, drafts.c.ticket_id.in_(ids)),
        "mails": (outgoing, func.lower(outgoing.c.recipient) == key),
        "portal_links": (links, links.c.customer_key == key),
        "portal_sessions": (sessions, sessions.c.customer_key == key),
        "variables": (variable, _personal(variable, instances)),
        "variable_history": (variable_history, _personal(variable_history, instances)),
        "tickets": (tickets, tickets.c.number.in_(own)),
    }


def _instances(connection: Connection, ticket_ids: Sequence[str]) -> list[int]:
    """The process instances of tickets, as far as the read models know them."""
    values = [json.dumps(each) for each in ticket_ids]
    query = (
        select(variable.c.process_instance_key).where(variable.c.name == "ticket_id", variable.c.value.in_(values)).distinct()
    )
    return list(connection.scalars(query))


def _personal(table: Table, instances: Sequence[int]) -> ColumnElement[bool]:
    names = or_(*(func.lower(table.c.name).contains(each) for each in _PERSONAL_NAMES))
    return table.c.process_instance_key.in_(instances) & names & (table.c.value != json.dumps(ERASED))


def _rows(connection: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    hidden = {"link_hash", "session_hash", "content"}
    rows = connection.execute(select(table).where(condition)).mappings()
    return [{name: value for name, value in row.items() if name not in hidden} for row in rows]


def _erase(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    if table in {links, sessions, outgoing, ticket_attachments, ticket_notes}:
        return connection.execute(delete(table).where(condition)).rowcount
    blank: dict[str, Any] = {
        "ticket": {
            "subject": ERASED,
            "text": ERASED,
            "customer_name": "",
            "customer_email": "",
            "customer_key": "",
            "rating_comment": "",
        },
        "ticket_message": {"text": ERASED, "author_name": "", "author_email": ""},
        "assistant_draft": {"text": ERASED, "citations": "[]", "reason": ""},
        "variable": {"value": json.dumps(ERASED), "value_start": json.dumps(ERASED)},
        "variable_history": {"value": json.dumps(ERASED)},
    }[table.name]
    return connection.execute(update(table).where(condition).values(**blank)).rowcount


def _unlink(files: FileStore, sha256: str) -> bool:
    try:
        files.path(sha256).unlink()
    except (FileUnknown, OSError):
        return False
    return True
