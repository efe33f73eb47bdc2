"""A customer's data on request: all of it as JSON, or out of every table, with a report of what stays and why.

This crosses every capability's tables, so it stands here and nowhere below. Rows stay, for counts and reports are made of them;
what tells who somebody is goes.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

from api.privacy_desk import ErasureReport, Kept, NotAnAddress, PrivacyDesk
from bootstrap.background_work import KEPT_DAYS
from bootstrap.mail import file_store, written_mails
from bootstrap.privacy_places import (
    MAILS_AND_PORTAL,
    RECORDS,
    erase_rows,
    left_by_their_process,
    places_of,
    rows_of,
    tickets_of,
    waiting_for,
)
from history.database import EVERY_TENANT, for_tenant
from services.background_work import SqlSchedule
from services.crm.search_forgetting import forget_taken_out_words
from services.crm.sql_desk import ticket_id_of
from services.crm.tables import ticket_attachments, tickets
from services.crm.tickets import TicketStatus, customer_key
from services.files import FileStore
from services.identity import DEFAULT_TENANT
from services.mail.tables import outgoing
from services.mail.transport import FolderTransport
from services.portal.access import SESSION_LIFE
from services.reports.making import KEPT_FOR as REPORTS_KEPT_FOR
from settings import Settings

_STAYS = (
    (
        "The engine's own state and record log keep an instance's variables until it has ended and its records are "
        "dropped (PENSTOCK_RECORD_RETENTION_HOURS): an instance that runs still needs them."
    ),
    "Backups keep what they hold until they are deleted: erase again after restoring one that is older than this report.",
    "The audit log keeps who did what; it holds no personal data of customers.",
    "Notifications to staff keep the subject line they were told; they go with the account they belong to.",
    "Connected CRMs keep their own records: erase there as well, or our copies come back with the next sync.",
    "Mails that were sent lie with their recipients and in mailboxes outside Penstock.",
)


def privacy_desk(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> PrivacyDesk:
    """The privacy page's side."""
    files = file_store(settings, tenant_id)

    def cleaned() -> Mapping[str, datetime]:
        runs = SqlSchedule(engine).runs()
        return {run.name: run.ended_at for run in runs if run.ended_at is not None and not run.error}

    return PrivacyDesk(
        kept(settings),
        cleaned,
        lambda address: preview_erasure(engine, address, tenant_id),
        lambda address: export_person(engine, address, tenant_id),
        lambda address: erase_person(engine, files, address, tenant_id, written=written_mails(settings)),
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
        numbers = tickets_of(connection, key, tenant_id)
        places = places_of(connection, key, numbers, tenant_id)
        rows = {name: rows_of(connection, table, condition) for name, (table, condition) in places.items()}
    return {"address": key, **rows}


def preview_erasure(engine: Engine, address: str, tenant_id: str = DEFAULT_TENANT) -> ErasureReport:
    """What `erase_person` would do at this moment."""
    with engine.connect() as connection:
        places, report = _to_erase(connection, _key(address), tenant_id)
        for name, (table, condition) in places.items():
            report.erased[name] = int(connection.scalar(select(func.count()).select_from(table).where(condition)) or 0)
    return report


def erase_person(
    engine: Engine,
    files: FileStore,
    address: str,
    tenant_id: str = DEFAULT_TENANT,
    *,
    written: FolderTransport | None = None,
) -> ErasureReport:
    """Erase what is kept about a customer, in one transaction; a second time finds nothing more.

    The index of tickets' words follows step by step. `written` is where mails became files instead of being sent.

    Tickets that are still open are left as they are: somebody works on them, and their customer waits for an answer.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            # What is deleted is overwritten, not only forgotten.
            connection.exec_driver_sql("PRAGMA secure_delete=ON")
        places, report = _to_erase(connection, _key(address), tenant_id)
        sums = {row["sha256"] for row in rows_of(connection, *places["attachments"])}
        for name, (table, condition) in places.items():
            report.erased[name] = erase_rows(connection, table, condition)
    if report.erased["tickets"]:
        forget_taken_out_words(engine)
    report.erased["files"] = _remove_files(engine, files, sums, tenant_id)
    report.erased["written_mails"] = 0 if written is None or report.open_tickets else _remove_mails(engine, written, address)
    return report


def _remove_mails(engine: Engine, written: FolderTransport, address: str) -> int:
    """Files of mails to this customer that no tenant's list of mails names any more: all tenants' lie in one folder."""
    key = _key(address)
    with for_tenant(EVERY_TENANT), engine.connect() as connection:
        named = set(connection.scalars(select(outgoing.c.message_id).where(func.lower(outgoing.c.recipient) == key)))
    return written.forget(key, besides=named)


def _remove_files(engine: Engine, files: FileStore, sums: Collection[str], tenant_id: str) -> int:
    """Files that no ticket of this tenant names any more; one that lies for several, when none of anybody's does."""
    names = select(ticket_attachments.c.sha256, tickets.c.tenant_id).join_from(ticket_attachments, tickets)
    with for_tenant(EVERY_TENANT), engine.connect() as connection:
        named = {tuple(row) for row in connection.execute(names.where(ticket_attachments.c.sha256.in_(sums)))}
    everybodys = {sha256 for sha256, _tenant_id in named}
    gone = [each for each in sorted(sums) if (each, tenant_id) not in named]
    return sum(files.remove(each, from_shared=each not in everybodys) for each in gone)


def _to_erase(
    connection: Connection, key: str, tenant_id: str
) -> tuple[dict[str, tuple[Table, ColumnElement[bool]]], ErasureReport]:
    """The places of tickets that nobody works on; of who has one that is open, the rest but variables stays as well."""
    report = ErasureReport(stays=list(_STAYS))
    numbers = tickets_of(connection, key, tenant_id)
    unclosed = {number for number, status in numbers.items() if status != TicketStatus.CLOSED}
    still_open = sorted(unclosed - left_by_their_process(connection, unclosed))
    for number in still_open:
        report.open_tickets.append(ticket_id_of(number))
        report.stays.insert(0, f"Ticket {ticket_id_of(number)} is open: close it, and erase again.")
        del numbers[number]
    report.waiting = waiting_for(connection, key, tenant_id)
    for name in report.waiting:
        report.stays.insert(0, f"A change to {name} waits: decide about it, and erase again.")
    places = places_of(connection, key, numbers, tenant_id, report.waiting)
    if still_open:
        for name in (*MAILS_AND_PORTAL, *RECORDS):
            del places[name]
    return places, report


def _key(address: str) -> str:
    key = customer_key(address)
    if "@" not in key or len(key) > 320 or any(character.isspace() for character in key):
        raise NotAnAddress("give the customer's e-mail address, like anna@example.org")
    return key
