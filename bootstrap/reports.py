"""Rows of the read models and of the CRM joined with the reports that are made of them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, case, func, select

from api.i18n import load_languages
from api.report_desk import ReportDesk
from bootstrap.background_work import task_sender
from bootstrap.finance import finance
from bootstrap.finance_report import close_report
from bootstrap.identity import local_identities
from bootstrap.sla_report import promise_rows
from history.queries import HeatMapCell, Queries, ReportTask
from services.assistant.tables import drafts
from services.crm import Ticket
from services.crm.ticket_list import tickets_between
from services.identity import DEFAULT_TENANT, AccountNotFound, Role
from services.llm.tables import calls
from services.reports import (
    DraftRow,
    ElementRow,
    ModelUseRow,
    Report,
    ReportMaker,
    Scope,
    SqlReportRuns,
    SqlReportSchedules,
    TaskRow,
    TicketRow,
    assistant_report,
    performers_report,
    process_performance_report,
    sla_report,
    tickets_report,
)
from settings import Settings

# As in api.permissions; asked again when the report is made.
REPORT_READERS = frozenset({Role.MANAGER})
BATCH = 1000
# Outcomes of calls whose answer had the asked shape, at once or after mending.
BELIEVED = ("answered", "repaired")


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


def build_report(
    engine: Engine, name: str, scope: Scope, settings: Settings | None = None, tenant_id: str = DEFAULT_TENANT
) -> Report:
    """A report over one tenant's rows of its period; they are read while it is written."""
    given = settings or Settings()
    queries, start, end = Queries(engine, tenant_id), scope.period.start, scope.period.end
    named = load_languages(given.home / "translations", given.language).by_code[scope.language].model_text
    match name:
        case "tickets":
            return tickets_report(map(_ticket_row, tickets_between(engine, start, end, tenant_id=tenant_id)), scope)
        case "performers":
            return performers_report((_task_row(each, named) for each in queries.tasks_worked_on(start, scope.end)), scope)
        case "sla":
            return sla_report(promise_rows(engine, scope, tenant_id), scope)
        case "process-performance":
            return process_performance_report(_element_rows(queries, scope, named), scope)
        case "month-close":
            return close_report(finance(given, engine, tenant_id), scope)
        case "assistant":
            return assistant_report(_draft_rows(engine, scope, tenant_id), _model_use_rows(engine, scope, tenant_id), scope)
        case _:
            raise LookupError(f"there is no report {name!r}; services.reports.REPORT_NAMES lists them")


def report_desk(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> ReportDesk:
    send, schedules = report_sender(settings, engine, tenant_id), report_schedules(engine, tenant_id)
    return ReportDesk(schedules.runs, reports_folder(settings), send, schedules)


def report_schedules(engine: Engine, tenant_id: str = DEFAULT_TENANT) -> SqlReportSchedules:
    return SqlReportSchedules(engine, SqlReportRuns(engine, tenant_id=tenant_id), tenant_id=tenant_id)


def report_sender(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> Callable[[str], None]:
    return task_sender(settings, engine, "reports.make", tenant_id)


def may_read_reports(settings: Settings, engine: Engine, account_id: str, tenant_id: str = DEFAULT_TENANT) -> bool:
    """Whether an account of this tenant may have reports at this moment."""
    try:
        account = local_identities(settings, engine, tenant_id).account(account_id)
    except AccountNotFound:
        return False
    return account.is_active and account.has_any(REPORT_READERS)


def report_maker(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> ReportMaker:
    """Makes the reports that one tenant's people asked for."""

    def may_read(account_id: str) -> bool:
        return may_read_reports(settings, engine, account_id, tenant_id)

    def build(name: str, scope: Scope) -> Report:
        return build_report(engine, name, scope, settings, tenant_id)

    return ReportMaker(SqlReportRuns(engine, tenant_id=tenant_id), reports_folder(settings), build, may_read)


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


def _task_row(task: ReportTask, named: Callable[[str], str]) -> TaskRow:
    return TaskRow(
        key=task.key,
        name=named(task.name),
        process=named(task.process_name),
        state=task.state,
        assignee=task.assignee,
        groups=task.candidate_groups,
        priority=task.priority,
        created_at=task.created_at,
        due_at=task.due_at,
        ended_at=task.ended_at,
    )


def _element_rows(queries: Queries, scope: Scope, named: Callable[[str], str]) -> Iterator[ElementRow]:
    for process in queries.processes():
        heat_map = queries.heat_map(process.bpmn_process_id, None, scope.period.start, scope.period.end)
        for cell in (*((heat_map.process,) if heat_map.process else ()), *heat_map.cells):
            yield _element_row(named(process.name), named(cell.element_name), cell)


def _element_row(process: str, name: str, cell: HeatMapCell) -> ElementRow:
    return ElementRow(
        process=process,
        element_id=cell.element_id,
        name=name,
        element_type=cell.element_type,
        entered=cell.count,
        completed=cell.completed,
        active=cell.active,
        incidents=cell.incidents,
        p50_ms=cell.p50_ms,
        p95_ms=cell.p95_ms,
    )


def _draft_rows(engine: Engine, scope: Scope, tenant_id: str) -> Iterator[DraftRow]:
    """Drafts written in the period, oldest first, a batch at a time."""
    columns = drafts.c
    inside = (
        columns.tenant_id == tenant_id,
        columns.created_at >= _ms(scope.period.start),
        columns.created_at < _ms(scope.period.end),
    )
    query = select(drafts).where(*inside).order_by(columns.created_at, columns.number)
    with engine.connect() as connection, connection.execute(query, execution_options={"yield_per": BATCH}) as rows:
        for row in rows.mappings():
            yield DraftRow(
                created_at=datetime.fromtimestamp(row["created_at"] / 1000, UTC),
                ticket_id=row["ticket_id"],
                category=row["category"],
                language=row["language"],
                model=row["model"],
                prompt=row["prompt"],
                prompt_version=row["prompt_version"],
                confidence=row["confidence"],
                verdict=row["verdict"],
                likeness=row["likeness"],
                reason=row["reason"],
                decided_by=row["decided_by"],
            )


def _model_use_rows(engine: Engine, scope: Scope, tenant_id: str) -> list[ModelUseRow]:
    columns = calls.c
    inside = (
        columns.tenant_id == tenant_id,
        columns.created_at >= _ms(scope.period.start),
        columns.created_at < _ms(scope.period.end),
    )
    believed = func.sum(case((columns.outcome.in_(BELIEVED), 1), else_=0))
    tokens = func.sum(columns.prompt_tokens + columns.completion_tokens)
    query = (
        select(
            columns.model, columns.task, func.count(), believed, tokens, func.sum(columns.cost), func.avg(columns.latency_ms)
        )
        .where(*inside)
        .group_by(columns.model, columns.task)
        .order_by(columns.model, columns.task)
    )
    with engine.connect() as connection:
        return [
            # Money is kept in millionths.
            ModelUseRow(model, task, count, int(good), int(used), Decimal(int(cost)) / 1_000_000, float(mean))
            for model, task, count, good, used, cost, mean in connection.execute(query)
        ]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
