"""Rows of the read models and of the CRM joined with the reports that are made of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from sqlalchemy import Engine

from bootstrap.background_work import task_sender
from bootstrap.connections import identities, sql_engine
from bootstrap.finance import finance
from bootstrap.finance_report import close_report
from history.queries import HeatMapCell, Queries, ReportTask
from services.crm import Ticket
from services.crm.ticket_list import tickets_between
from services.identity import AccountNotFound, Role
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

# As in api.permissions; asked again when the report is made.
REPORT_READERS = frozenset({Role.MANAGER})


def reports_folder(settings: Settings) -> Path:
    return settings.data_dir / "reports"


def build_report(engine: Engine, name: str, scope: Scope, settings: Settings | None = None) -> Report:
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
        case "month-close":
            return close_report(finance(settings or Settings(), engine), scope)
        case _:
            raise LookupError(f"there is no report {name!r}; services.reports.REPORT_NAMES lists them")


def report_sender(settings: Settings, engine: Engine) -> Callable[[str], None]:
    return task_sender(settings, engine, "reports.make")


@contextmanager
def report_maker(settings: Settings) -> Iterator[ReportMaker]:
    engine = sql_engine(settings)
    accounts = identities(settings, engine)

    def may_read(account_id: str) -> bool:
        try:
            account = accounts.account(account_id)
        except AccountNotFound:
            return False
        return account.is_active and account.has_any(REPORT_READERS)

    def build(name: str, scope: Scope) -> Report:
        return build_report(engine, name, scope, settings)

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
