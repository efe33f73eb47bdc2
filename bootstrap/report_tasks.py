"""Background tasks of reports: made when asked for, asked for by the clock, and mailed; each of its tenant's rows alone."""

from sqlalchemy import Engine

from bootstrap.connections import open_database
from bootstrap.mailed_reports import mail_ready_reports
from bootstrap.reports import report_maker, report_schedules, report_sender
from bootstrap.tenants import in_each
from settings import Settings
from workers.background import BackgroundTask

# A report is sent to its maker at once; this often it is looked for what that missed.
REPORTS_SECONDS = 30


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def make(run_id: str, tenant_id: str) -> None:
        with open_database(settings) as engine:
            report_maker(settings, engine, tenant_id).make(run_id)
            mail_ready_reports(settings, engine, tenant_id)

    def make_due() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            report_maker(settings, engine, tenant_id).make_due()
            mail_ready_reports(settings, engine, tenant_id)

        in_each(settings, of_tenant)

    def ask_due() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            send = report_sender(settings, engine, tenant_id)
            for run in report_schedules(engine, tenant_id).ask_due():
                send(run.run_id)

        in_each(settings, of_tenant)

    return [
        BackgroundTask("reports.make", make),
        BackgroundTask("reports.make_due", make_due, every_seconds=REPORTS_SECONDS),
        BackgroundTask("reports.ask_due", ask_due, every_seconds=REPORTS_SECONDS),
    ]
