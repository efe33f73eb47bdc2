"""What Celery runs."""

import asyncio
from datetime import timedelta

from bootstrap import background_work, backups, changes, cluster, crm, finance, knowledge, learning, related
from bootstrap.connections import identities, open_database, ticket_desk, zeebe_client
from bootstrap.mail import background_tasks as mail_tasks
from bootstrap.mailed_reports import mail_ready_reports
from bootstrap.notifications import notification_tasks
from bootstrap.partitions import partition_tasks
from bootstrap.reports import report_maker, report_sender
from bootstrap.sla import sla_tasks
from bootstrap.tracing import publisher
from services.reports import SqlReportRuns, SqlReportSchedules
from settings import Settings
from workers.background import BackgroundTask

OUTBOX_SECONDS = 5
# Who takes tickets in announces them at once; what is older was left to us. Both at it would do everything twice.
LEFT_BEHIND = timedelta(seconds=2)
SESSIONS_SECONDS = 3600
# A report is sent to its maker at once; this often it is looked for what that missed.
REPORTS_SECONDS = 30


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs."""

    def announce_tickets() -> int:
        return asyncio.run(_announce_tickets(settings))

    def forget_ended_sessions() -> int:
        with open_database(settings) as engine:
            return identities(settings, engine).forget_ended_sessions()

    def make_report(run_id: str) -> None:
        with report_maker(settings) as maker:
            maker.make(run_id)
        mail_reports()

    def make_due_reports() -> None:
        with report_maker(settings) as maker:
            maker.make_due()
        mail_reports()

    def mail_reports() -> None:
        with open_database(settings) as engine:
            mail_ready_reports(settings, engine)

    def ask_for_due_reports() -> None:
        with open_database(settings) as engine:
            send = report_sender(settings, engine)
            for run in SqlReportSchedules(engine, SqlReportRuns(engine)).ask_due():
                send(run.run_id)

    return [
        BackgroundTask("tickets.announce", announce_tickets, every_seconds=OUTBOX_SECONDS),
        BackgroundTask("sessions.forget", forget_ended_sessions, every_seconds=SESSIONS_SECONDS),
        BackgroundTask("reports.make", make_report),
        BackgroundTask("reports.make_due", make_due_reports, every_seconds=REPORTS_SECONDS),
        BackgroundTask("reports.ask_due", ask_for_due_reports, every_seconds=REPORTS_SECONDS),
        *sla_tasks(settings),
        *background_work.background_tasks(settings),
        *cluster.background_tasks(settings),
        *mail_tasks(settings),
        *notification_tasks(settings),
        *changes.background_tasks(settings),
        *finance.background_tasks(settings),
        *crm.background_tasks(settings),
        *knowledge.background_tasks(settings),
        *learning.background_tasks(settings),
        *related.background_tasks(settings),
        *partition_tasks(settings),
        *backups.background_tasks(settings),
    ]


async def _announce_tickets(settings: Settings) -> int:
    with open_database(settings) as engine:
        async with zeebe_client(settings) as client:
            return await ticket_desk(engine).publish_pending(publisher(client), older_than=LEFT_BEHIND)
