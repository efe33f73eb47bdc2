"""A customer's data on request: all of it as JSON, or out of every table, with a report of what stays and why.

This crosses every capability's tables, so it stands here and nowhere below. Rows stay, for counts and reports are made of them;
what tells who somebody is goes.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, or_, select, true, update

from api.privacy_desk import ErasureReport, Kept, NotAnAddress, PrivacyDesk
from bootstrap.background_work import KEPT_DAYS
from history.tables import variable, variable_history
from services.assistant.tables import drafts
from services.background_work import SqlSchedule
from services.crm.sql_desk import ticket_id_of
from services.crm.tables import ticket_attachments, ticket_messages, ticket_notes, tickets
from services.crm.tickets import TicketStatus, customer_key
from services.files import FileStore, FileUnknown, FolderFileStore
from services.identity import DEFAULT_TENANT
from services.mail.tables import outgoing
from services.portal.access import SESSION_LIFE
from services.portal.tables import links, sessions
from services.reports.making import KEPT_FOR as REPORTS_KEPT_FOR
from settings import Settings

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


def privacy_desk(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> PrivacyDesk:
    """The privacy page's side."""
    files = FolderFileStore(settings.data_dir / "files")

    def cleaned() -> Mapping[str, datetime]:
        runs = SqlSchedule(engine).runs()
        return {run.name: run.ended_at for run in runs if run.ended_at is not None and not run.error}

    return PrivacyDesk(
        kept(settings),
        cleaned,
        lambda address: preview_erasure(engine, address, tenant_id),
        lambda address: export_person(engine, address, tenant_id),
        lambda address: erase_person(engine, files, address, tenant_id),
    )


def kept(settings: Settings) -> list[Kept]:
    """How long each kind of data is kept, by the settings and by what the capabilities say of themselves."""
    records = settings.record_retention_seconds
    forgets = "" if settings.is_embedded else "records.forget"
    is_backed_up = settings.backup_dir is not None and settings.backup_hours > 0
    return [
        Kept("tickets", None),
        Kept("read_models", None),
        Kept("records", None if records is None else timedelta(seconds=records), "PENSTOCK_RECORD_RETENTION_HOURS", forgets),
        Kept("reports", REPORTS_KEPT_FOR, task="reports.make_due"),
        Kept("notifications", timedelta(days=settings.notification_days), "PENSTOCK_NOTIFICATION_DAYS", "notifications.tidy"),
        Kept("sessions", timedelta(hours=settings.session_hours), "PENSTOCK_SESSION_HOURS", "sessions.forget"),
        Kept("portal_sessions", SESSION_LIFE, task="portal.forget_ended"),
        Kept("background", timedelta(days=KEPT_DAYS), task="background.forget_done"),
        *([Kept("backups", None, "PENSTOCK_BACKUP_KEEP", "backup.make", count=settings.backup_keep)] if is_backed_up else []),
        Kept("audit", None),
    ]


def export_person(engine: Engine, address: str, tenant_id: str | None = None) -> dict[str, Any]:
    """All that is kept about a customer, by kind; of one tenant or, where none is named, of all."""
    key = _key(address)
    with engine.connect() as connection:
        numbers = _tickets(connection, key, tenant_id)
        places = _places(connection, key, numbers, tenant_id)
        rows = {name: _rows(connection, table, condition) for name, (table, condition) in places.items()}
    return {"address": key, **rows}


def preview_erasure(engine: Engine, address: str, tenant_id: str | None = None) -> ErasureReport:
    """What `erase_person` would do at this moment."""
    with engine.connect() as connection:
        places, report = _to_erase(connection, _key(address), tenant_id)
        for name, (table, condition) in places.items():
            report.erased[name] = int(connection.scalar(select(func.count()).select_from(table).where(condition)) or 0)
    return report


def erase_person(engine: Engine, files: FileStore, address: str, tenant_id: str | None = None) -> ErasureReport:
    """Erase what is kept about a customer, in one transaction; a second time finds nothing more.

    Tickets that are still open are left as they are: somebody works on them, and their customer waits for an answer.
    """
    with engine.begin() as connection:
        places, report = _to_erase(connection, _key(address), tenant_id)
        sums = {row["sha256"] for row in _rows(connection, *places["attachments"])}
        for name, (table, condition) in places.items():
            report.erased[name] = _erase(connection, table, condition)
        orphans = sums - set(connection.scalars(select(ticket_attachments.c.sha256)))
    report.erased["files"] = sum(_unlink(files, each) for each in sorted(orphans))
    return report


def _to_erase(
    connection: Connection, key: str, tenant_id: str | None
) -> tuple[dict[str, tuple[Table, ColumnElement[bool]]], ErasureReport]:
    """The places of closed tickets; of one whose ticket is open, mails and portal stay as well."""
    report = ErasureReport(stays=list(_STAYS))
    numbers = _tickets(connection, key, tenant_id)
    still_open = [number for number, status in numbers.items() if status != TicketStatus.CLOSED]
    for number in still_open:
        report.open_tickets.append(ticket_id_of(number))
        report.stays.insert(0, f"Ticket {ticket_id_of(number)} is open: close it, and erase again.")
        del numbers[number]
    places = _places(connection, key, numbers, tenant_id)
    if still_open:
        for name in ("mails", "portal_links", "portal_sessions"):
            del places[name]
    return places, report


def _key(address: str) -> str:
    key = customer_key(address)
    if "@" not in key or len(key) > 320 or any(character.isspace() for character in key):
        raise NotAnAddress("give the customer's e-mail address, like anna@example.org")
    return key


def _tickets(connection: Connection, key: str, tenant_id: str | None) -> dict[int, str]:
    found = select(tickets.c.number, tickets.c.status).where(tickets.c.customer_key == key, _of(tickets, tenant_id))
    rows = connection.execute(found)
    return {row.number: row.status for row in rows}


def _of(table: Table, tenant_id: str | None) -> ColumnElement[bool]:
    return true() if tenant_id is None else table.c.tenant_id == tenant_id


def _places(
    connection: Connection, key: str, numbers: Mapping[int, str], tenant_id: str | None
) -> dict[str, tuple[Table, ColumnElement[bool]]]:
    """Where a customer's data lies."""
    own = list(numbers)
    ids = [ticket_id_of(number) for number in own]
    instances = _instances(connection, ids)
    return {
        "messages": (ticket_messages, ticket_messages.c.ticket_number.in_(own)),
        "notes": (ticket_notes, ticket_notes.c.ticket_number.in_(own)),
        "attachments": (ticket_attachments, ticket_attachments.c.ticket_number.in_(own)),
        "drafts": (drafts, drafts.c.ticket_id.in_(ids)),
        "mails": (outgoing, (func.lower(outgoing.c.recipient) == key) & _of(outgoing, tenant_id)),
        "portal_links": (links, (links.c.customer_key == key) & _of(links, tenant_id)),
        "portal_sessions": (sessions, (sessions.c.customer_key == key) & _of(sessions, tenant_id)),
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
