"""Finance joined with the directories, the calendar, notifications, reports and the accounting system."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from bootstrap.calendar_days import CalendarDays
from bootstrap.connections import zeebe_client
from bootstrap.identity import local_identities
from bootstrap.notifications import sql_notifications
from bootstrap.tenants import heard_tenants, in_each
from bootstrap.tracing import publisher
from services.directories import EntryKind, SqlDirectories
from services.finance import (
    AccountingPeriods,
    Close,
    FinanceDesk,
    Lock,
    NoAccounting,
    Project,
    finance_desk,
)
from services.finance.tryton import TrytonPeriods
from services.identity import DEFAULT_TENANT, Identities
from services.notifications import Event, Notifications, group, person, role
from services.reports import Period, ReportFormat, ReportRun, ReportRuns, SqlReportRuns
from services.sla import SqlCalendars
from settings import Settings
from workers.background import BackgroundTask

# A decision is announced at once; this often it is looked for what that missed.
ANNOUNCE_SECONDS = 5
APPROVERS_GROUP = "close-approvers"
FINANCE_GROUP = "finance"


@dataclass(frozen=True, slots=True)
class DirectoryProjects:
    """`ProjectDirectory` over the house's directories."""

    directories: SqlDirectories

    def projects(self) -> Sequence[Project]:
        entries = {each.entry_id: each for each in self.directories.entries(with_merged=True)}
        found = []
        for each in entries.values():
            if each.kind is EntryKind.PROJECT:
                client = entries.get(each.parent_id or "")
                into = self.directories.resolve(each.entry_id).entry_id if each.merged_into else ""
                owner = each.owner or (client.owner if client else "") or ""
                found.append(Project(each.entry_id, each.name, client.name if client else "", owner, each.aliases, into))
        return sorted(found, key=lambda one: (one.client, one.name, one.project_id))


@dataclass(frozen=True, slots=True)
class ToldAbout:
    """`CloseNotifier` and `UnlockNotifier` through the house's notifications."""

    notifications: Notifications

    def explanation_overdue(self, close: Close, project_name: str, owner: str, count: int) -> None:
        told = [person(owner)] if owner else [group(FINANCE_GROUP)]
        values = {"level": 1, "reason": f"{close.month}: {project_name}", "summary": f"{count}"}
        key = f"month:{close.month}"
        self.notifications.notify(Event.ESCALATED, told, key, values, f"overdue:{close.close_id}:{project_name}"[:200])

    def month_closed(self, close: Close, lock_id: str) -> None:
        told = [role("manager"), group(FINANCE_GROUP)]
        values = {"month": str(close.month), "locked_by": close.approved_by}
        self.notifications.notify(Event.MONTH_LOCKED, told, f"month:{close.month}", values, f"locked:{lock_id}")

    def unlock_asked(self, lock: Lock) -> None:
        """Managers and the group of approvers may agree; whoever asked may not."""
        values = {"month": str(lock.month), "asked_by": lock.unlock_requested_by, "reason": lock.unlock_reason}
        at = lock.unlock_requested_at.isoformat() if lock.unlock_requested_at else ""
        self.notifications.notify(
            Event.UNLOCK_ASKED,
            [role("manager"), group(APPROVERS_GROUP)],
            f"month:{lock.month}",
            values,
            f"unlock:{lock.lock_id}:{at}",
            but=[lock.unlock_requested_by],
        )


@dataclass(frozen=True, slots=True)
class RequestedReports:
    """`CloseReports` made by the background process, for whoever approved."""

    runs: ReportRuns
    identities: Identities
    language: str

    def request(self, close: Close) -> Sequence[str]:
        account = next((one for one in self.identities.accounts() if one.username == close.approved_by), None)
        if account is None:
            return []
        period = Period(close.month.first, close.month.last)
        done = {run.format: run.run_id for run in self.runs.runs(account.account_id) if self._is_of(run, close, period)}
        for report_format in (ReportFormat.XLSX, ReportFormat.PDF):
            if report_format not in done:
                run = self.runs.request(
                    "month-close",
                    report_format,
                    period,
                    language=self.language,
                    account_id=account.account_id,
                    requested_by=account.username,
                )
                done[report_format] = run.run_id
        return list(done.values())

    @staticmethod
    def _is_of(run: ReportRun, close: Close, period: Period) -> bool:
        return run.report == "month-close" and run.period == period and run.requested_at >= close.opened_at


def finance(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> FinanceDesk:
    projects = DirectoryProjects(SqlDirectories(engine, tenant_id=tenant_id))
    days = CalendarDays(SqlCalendars(engine, tenant_id=tenant_id))
    return finance_desk(engine, settings.finance_currency, projects, days, tenant_id=tenant_id)


def accounting(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> AccountingPeriods:
    """The accounting system that the settings name is the default tenant's: no other closes its periods."""
    if settings.tryton_url is None or tenant_id != DEFAULT_TENANT:
        return NoAccounting()
    password = settings.tryton_password.get_secret_value()
    return TrytonPeriods(settings.tryton_url, settings.tryton_database, settings.tryton_username, password)


def close_notifier(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> ToldAbout:
    return ToldAbout(sql_notifications(settings, engine, tenant_id))


def close_reports(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> RequestedReports:
    accounts = local_identities(settings, engine, tenant_id)
    return RequestedReports(SqlReportRuns(engine, tenant_id=tenant_id), accounts, settings.language)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def announce_closes() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return asyncio.run(_announce_closes(settings, engine, tenant_id))

        return in_each(settings, of_tenant, whose=heard_tenants)

    return [BackgroundTask("finance.announce", announce_closes, every_seconds=ANNOUNCE_SECONDS)]


async def _announce_closes(settings: Settings, engine: Engine, tenant_id: str) -> int:
    outbox = finance(settings, engine, tenant_id).outbox
    if not await asyncio.to_thread(outbox.pending, limit=1):
        return 0
    async with zeebe_client(settings) as client:
        return await outbox.publish(publisher(client.of_tenant(tenant_id)))
