"""Reports by the clock and by mail: asked for when due, handed to the mail room when ready.

A report goes to the account that asked for it and nowhere else: to the address it has confirmed for its notifications, or to
its username where that is an address. Whether the account may have reports is looked at again when one is made and when one is
mailed.
"""

import structlog
from sqlalchemy import Engine

from bootstrap.identity import local_identities
from bootstrap.mail import outbox, wording
from bootstrap.reports import may_read_reports, reports_folder
from services.identity import DEFAULT_TENANT
from services.mail.incoming import MailAttachment
from services.mail.letter import InvalidLetter, Letter
from services.notifications import SqlAddressBook
from services.notifications.addresses import EMAIL
from services.notifications.events import ChannelName
from services.reports import ReportRun, SqlReportRuns, report_path
from services.reports.titles import title_of
from settings import Settings

log = structlog.get_logger(__name__)

# Larger files are fetched from the page.
LARGEST_ENCLOSED = 10 * 1024 * 1024
ENCLOSED = {
    True: {"en": "It is enclosed.", "ru": "Файл вложен."},
    False: {
        "en": "It is too large to be enclosed; the page has it:",
        "ru": "Файл слишком велик для письма; он ждёт на странице:",
    },
}


def mail_ready_reports(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> int:
    """Hand every report that is ready and wanted by mail to the mail room; how many were handed over."""
    runs, handed = SqlReportRuns(engine, tenant_id=tenant_id), 0
    for run in runs.to_be_mailed():
        address = address_of(settings, engine, run.account_id, tenant_id)
        path = report_path(reports_folder(settings), run)
        if address and path.is_file() and may_read_reports(settings, engine, run.account_id, tenant_id):
            try:
                outbox(settings, engine, tenant_id).put(_letter(settings, run, address))
                handed += 1
            except InvalidLetter as error:
                log.warning("report_not_mailed", run_id=run.run_id, reason=type(error).__name__)
        else:
            log.warning("report_not_mailed", run_id=run.run_id, reason="no address" if not address else "no file or no rights")
        # Killed before this, the next one hands the same letter over, and the mail room knows its request.
        runs.mark_mailed(run.run_id)
    return handed


def address_of(settings: Settings, engine: Engine, account_id: str, tenant_id: str) -> str:
    """Where an account gets mail; empty where it has no address."""
    book = SqlAddressBook(engine, tenant_id=tenant_id)
    for each in book.of_account(account_id):
        if each.channel is ChannelName.EMAIL and each.is_ready:
            return book.destination(each.address_id).address
    username = local_identities(settings, engine, tenant_id).account(account_id).username
    return username if EMAIL.fullmatch(username) else ""


def _letter(settings: Settings, run: ReportRun, address: str) -> Letter:
    is_enclosed = run.size <= LARGEST_ENCLOSED
    language = "ru" if run.language == "ru" else "en"
    values = {
        "report": title_of(run.report, language),
        "first": run.period.first.isoformat(),
        "last": run.period.last.isoformat(),
        "enclosed": ENCLOSED[is_enclosed][language],
        "link": f"{settings.pages_url}/reports",
        "desk": settings.mail_name,
    }
    subject, text = wording(settings).with_subject("report", language, **values)
    content = report_path(reports_folder(settings), run).read_bytes() if is_enclosed else b""
    files = [MailAttachment(run.file_name, content)] if is_enclosed else []
    return Letter(
        f"report:{run.run_id}",
        f"report:{run.run_id}",
        address,
        subject,
        text,
        attachments=files,
        auto_submitted="auto-generated",
    )
