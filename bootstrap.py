"""The only module that knows which adapter stands behind which port.

Each function builds one part from the settings; nothing here is kept, so a process builds just what it needs.
"""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

import migrations
from api.intake import TicketIntake
from api.report_desk import ReportDesk
from api.services import ApiServices, ApiValues
from engine import bpmn, dmn
from history.database import open_engine
from history.projection_loop import run as run_projection
from history.projector import Projector
from history.queries import HeatMapCell, Queries, ReportTask
from services.crm import SqlTicketDesk, Ticket, TicketDesk
from services.crm.ticket_list import tickets_between
from services.identity import AccountNotFound, Role
from services.identity.local import LocalIdentities
from services.modelling import Finding, ModelKind, Severity, SqlDrafts
from services.modelling.form_check import check_form
from services.reports import (
    ElementRow,
    Report,
    ReportMaker,
    Scope,
    SqlReportRuns,
    TaskRow,
    TicketRow,
    performers_report,
    process_performance_report,
    sla_report,
    tickets_report,
)
from settings import Settings
from workers.background import BackgroundTask, background_app, sender
from zeebe.answers import Deployment
from zeebe.calls import RetryPolicy
from zeebe.client import ZeebeClient
from zeebe.deployment import deploy_files
from zeebe.errors import ZeebeError
from zeebe.job import JobWorker
from zeebe.publisher import ZeebeMessagePublisher
from zeebe.record_source import EmbeddedRecordSource

if TYPE_CHECKING:
    from services.classification import Classifier

OUTBOX_SECONDS = 5
SESSIONS_SECONDS = 3600
# A report is sent to its maker at once; this often it is looked for what that missed.
REPORTS_SECONDS = 30
# As in api.permissions; asked again when the report is made.
REPORT_READERS = frozenset({Role.MANAGER})
# How long a check of readiness waits for the gateway.
READY_SECONDS = 2


def sql_engine(settings: Settings) -> Engine:
    """Connections to the read models and business tables."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return open_engine(settings.sql_url, durable=settings.engine_sync == "FULL")


def upgrade_database(settings: Settings) -> None:
    """Create the tables, or bring those of an earlier version to this one's."""
    engine = sql_engine(settings)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()


def ensure_administrator(settings: Settings) -> str | None:
    """The password of the first administrator where there was no account yet, else None."""
    engine = sql_engine(settings)
    try:
        return identities(settings, engine).make_first_administrator()
    finally:
        engine.dispose()


def record_source(settings: Settings) -> EmbeddedRecordSource:
    """The engine's record stream."""
    return EmbeddedRecordSource(settings.gateway_management_url)


async def project_records(settings: Settings) -> None:
    """Keep the read models up to date until cancelled."""
    # Its commits need no disk sync: after a power failure it continues from the position that is there.
    engine = open_engine(settings.sql_url, durable=False)
    try:
        await run_projection(record_source(settings), Projector(engine))
    finally:
        engine.dispose()


def zeebe_client(settings: Settings, *, patience_seconds: float = 30.0) -> ZeebeClient:
    """The gateway's commands, tried again for so long while it is busy or away; needs a running event loop."""
    retry = RetryPolicy(seconds=patience_seconds)
    return ZeebeClient(settings.gateway_address, settings.gateway_rest_url, retry=retry)


async def deploy(settings: Settings, files: Sequence[Path]) -> list[Deployment]:
    """Hand model files to the gateway."""
    async with zeebe_client(settings) as client:
        return [deployment async for _count, deployment in deploy_files(client, files)]


def ticket_desk(engine: Engine) -> TicketDesk:
    return SqlTicketDesk(engine)


def classifier_path(settings: Settings) -> Path:
    return settings.data_dir / "classifier.npz"


def classifier(settings: Settings) -> "Classifier":
    """The trained model; where there is none yet, one trained on the shipped samples."""
    # scikit-learn takes a second to import, and only the workers need it.
    from services.classification import load_model, save_model, train  # noqa: PLC0415
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415

    path = classifier_path(settings)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return load_model(path)


def workers(settings: Settings, engine: Engine) -> list[JobWorker]:
    from workers.main import job_workers  # noqa: PLC0415 -- as above

    return job_workers(ticket_desk(engine), classifier(settings))


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs."""

    def announce_tickets() -> int:
        return asyncio.run(_announce_tickets(settings))

    def forget_ended_sessions() -> int:
        engine = sql_engine(settings)
        try:
            return identities(settings, engine).forget_ended_sessions()
        finally:
            engine.dispose()

    def make_report(run_id: str) -> None:
        with _report_maker(settings) as maker:
            maker.make(run_id)

    def make_due_reports() -> None:
        with _report_maker(settings) as maker:
            maker.make_due()

    return [
        BackgroundTask("tickets.announce", announce_tickets, every_seconds=OUTBOX_SECONDS),
        BackgroundTask("sessions.forget", forget_ended_sessions, every_seconds=SESSIONS_SECONDS),
        BackgroundTask("reports.make", make_report),
        BackgroundTask("reports.make_due", make_due_reports, every_seconds=REPORTS_SECONDS),
    ]


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


def build_report(engine: Engine, name: str, scope: Scope) -> Report:
    """A report over the rows of its period; they are read while it is written."""
    queries, start, end = Queries(engine), scope.period.start, scope.period.end
    match name:
        case "tickets":
            return tickets_report(map(_ticket_row, tickets_between(engine, start, end)), scope)
        case "performers":
            return performers_report(map(_task_row, queries.tasks_worked_on(start, scope.end)), scope)
        case "sla":
            return sla_report(map(_task_row, queries.tasks_due(start, end)), scope)
        case "process-performance":
            return process_performance_report(_element_rows(queries, scope), scope)
        case _:
            raise LookupError(f"there is no report {name!r}; services.reports.REPORT_NAMES lists them")


def _report_sender(settings: Settings) -> Callable[[str], None]:
    app = background_app([], folder=settings.data_dir / "background", redis_url=settings.redis_url)
    return sender(app, "reports.make")


@contextmanager
def _report_maker(settings: Settings) -> Iterator[ReportMaker]:
    engine = sql_engine(settings)
    accounts = identities(settings, engine)

    def may_read(account_id: str) -> bool:
        try:
            account = accounts.account(account_id)
        except AccountNotFound:
            return False
        return account.is_active and account.has_any(REPORT_READERS)

    def build(name: str, scope: Scope) -> Report:
        return build_report(engine, name, scope)

    try:
        yield ReportMaker(SqlReportRuns(engine), reports_folder(settings), build, may_read)
    finally:
        engine.dispose()


def _ticket_row(ticket: Ticket) -> TicketRow:
    return TicketRow(
        ticket_id=ticket.ticket_id,
        created_at=ticket.created_at.replace(tzinfo=UTC),
        source=ticket.source,
        status=ticket.status.value,
        category=ticket.category or "",
        priority=ticket.priority or "",
        team=ticket.team or "",
        customer=ticket.customer_name,
        subject=ticket.subject,
        text=ticket.text,
        outcome=ticket.outcome or "",
        closed_at=ticket.closed_at.replace(tzinfo=UTC) if ticket.closed_at else None,
    )


def _task_row(task: ReportTask) -> TaskRow:
    return TaskRow(
        key=task.key,
        name=task.name,
        process=task.process_name,
        state=task.state,
        assignee=task.assignee,
        groups=task.candidate_groups,
        priority=task.priority,
        created_at=task.created_at,
        due_at=task.due_at,
        ended_at=task.ended_at,
    )


def _element_rows(queries: Queries, scope: Scope) -> Iterator[ElementRow]:
    for process in queries.processes():
        heat_map = queries.heat_map(process.bpmn_process_id, None, scope.period.start, scope.period.end)
        for cell in (*((heat_map.process,) if heat_map.process else ()), *heat_map.cells):
            yield _element_row(process.name, cell)


def _element_row(process: str, cell: HeatMapCell) -> ElementRow:
    return ElementRow(
        process=process,
        element_id=cell.element_id,
        name=cell.element_name,
        element_type=cell.element_type,
        entered=cell.count,
        completed=cell.completed,
        active=cell.active,
        incidents=cell.incidents,
        p50_ms=cell.p50_ms,
        p95_ms=cell.p95_ms,
    )


def identities(settings: Settings, engine: Engine) -> LocalIdentities:
    return LocalIdentities(engine, timedelta(hours=settings.session_hours))


def secret_key(settings: Settings) -> str:
    """What signs sessions: the setting, else a random key that this installation keeps."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def api_services(settings: Settings, engine: Engine, client: ZeebeClient) -> ApiServices:
    """Everything behind pages and REST."""

    async def database() -> str:
        return await run_in_threadpool(_why_no_database, engine)

    async def gateway() -> str:
        return await _why_no_gateway(client)

    return ApiServices(
        values=ApiValues(
            secret_key=secret_key(settings),
            templates=settings.home / "templates",
            static=settings.home / "static",
            translations=settings.home / "translations",
            language=settings.language,
            max_resource_bytes=settings.max_resource_bytes,
            version=_version(),
        ),
        identities=identities(settings, engine),
        queries=Queries(engine),
        zeebe=client,
        drafts=SqlDrafts(engine),
        linter=EngineLinter(settings.max_resource_bytes),
        intake=TicketIntake(ticket_desk(engine), ZeebeMessagePublisher(client)),
        reports=ReportDesk(SqlReportRuns(engine), reports_folder(settings), _report_sender(settings)),
        checks={"database": database, "gateway": gateway},
    )


@dataclass(frozen=True, slots=True)
class EngineLinter:
    """Findings as the embedded gateway would have them at a deployment, and its advice."""

    max_bytes: int

    def lint(self, kind: ModelKind, resource_name: str, content: bytes) -> tuple[Finding, ...]:
        if len(content) > self.max_bytes:
            return (Finding(f"the file has {len(content)} bytes; at most {self.max_bytes} can be deployed"),)
        match kind:
            case ModelKind.BPMN:
                return tuple(
                    Finding(each.message, Severity(each.severity.lower()), each.element_id, each.path, each.line, resource_name)
                    for each in bpmn.lint(content, resource_name)
                )
            case ModelKind.DMN:
                return _dmn_findings(resource_name, content)
            case ModelKind.FORM:
                return check_form(resource_name, content)


def _dmn_findings(resource_name: str, content: bytes) -> tuple[Finding, ...]:
    try:
        dmn.read_dmn(content, resource_name)
    except dmn.InvalidDmn as invalid:
        return tuple(
            Finding(each.message, element_id=each.element_id, path=_cell(each), line=each.line, resource_name=resource_name)
            for each in invalid.findings
        )
    return ()


def _cell(finding: dmn.Finding) -> str:
    """Where in its table a finding stands."""
    rule = f"rule {finding.rule}" if finding.rule else ""
    return " > ".join(part for part in (rule, finding.cell) if part)


def _why_no_database(engine: Engine) -> str:
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return f"the database does not answer: {type(error).__name__}"
    return ""


async def _why_no_gateway(client: ZeebeClient) -> str:
    try:
        async with asyncio.timeout(READY_SECONDS):
            topology = await client.topology()
    except TimeoutError:
        return f"the Zeebe gateway at {client.address} does not answer within {READY_SECONDS} s"
    except ZeebeError as error:
        return f"the Zeebe gateway at {client.address} does not answer: {error}"
    return "" if topology.is_healthy else f"the Zeebe gateway at {client.address} has a partition without a healthy leader"


def _version() -> str:
    try:
        return version("penstock")
    except PackageNotFoundError:
        return "checkout"


async def _announce_tickets(settings: Settings) -> int:
    engine = sql_engine(settings)
    try:
        async with zeebe_client(settings) as client:
            return await ticket_desk(engine).publish_pending(ZeebeMessagePublisher(client))
    finally:
        engine.dispose()


__all__ = [
    "api_services",
    "background_tasks",
    "build_report",
    "classifier",
    "classifier_path",
    "deploy",
    "ensure_administrator",
    "identities",
    "secret_key",
    "sql_engine",
    "ticket_desk",
    "upgrade_database",
    "workers",
    "zeebe_client",
]
