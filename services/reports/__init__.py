"""Reports: pure functions from rows to bytes, as PDF, Excel, CSV and JSON, in English and Russian.

`tickets_report`, `performers_report`, `sla_report`, `process_performance_report`, `assistant_report` and `month_close_report`
turn rows into a `Report`; `write_report` writes it in a format. Rows come from whoever has them and are read once, so that a
long report needs little memory. The same rows with the same scope give the same bytes.
"""

from services.reports.assistant import assistant_report
from services.reports.document import Report
from services.reports.making import ReportMaker, report_path
from services.reports.month_close import month_close_report
from services.reports.performers import performers_report
from services.reports.process_performance import process_performance_report
from services.reports.rows import (
    DraftRow,
    ElementRow,
    ModelUseRow,
    MonthLockRow,
    PlanFactRow,
    PromiseRow,
    TaskRow,
    TicketRow,
)
from services.reports.runs import ReportRun, ReportRuns, RunNotFound, RunState, SqlReportRuns
from services.reports.schedules import (
    Pace,
    Schedule,
    ScheduleNotFound,
    SqlReportSchedules,
    TooManySchedules,
    Wanted,
)
from services.reports.scope import InvalidPeriod, Period, Scope
from services.reports.sla import sla_report
from services.reports.texts import LANGUAGES
from services.reports.tickets import tickets_report
from services.reports.write import FORMATS, ReportCancelled, ReportFormat, TooManyRows, write_report

# What there is, in the order in which it is offered.
REPORT_NAMES = ("tickets", "performers", "sla", "process-performance", "assistant", "month-close")

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "REPORT_NAMES",
    "DraftRow",
    "ElementRow",
    "InvalidPeriod",
    "ModelUseRow",
    "MonthLockRow",
    "Pace",
    "Period",
    "PlanFactRow",
    "PromiseRow",
    "Report",
    "ReportCancelled",
    "ReportFormat",
    "ReportMaker",
    "ReportRun",
    "ReportRuns",
    "RunNotFound",
    "RunState",
    "Schedule",
    "ScheduleNotFound",
    "Scope",
    "SqlReportRuns",
    "SqlReportSchedules",
    "TaskRow",
    "TicketRow",
    "TooManyRows",
    "TooManySchedules",
    "Wanted",
    "assistant_report",
    "month_close_report",
    "performers_report",
    "process_performance_report",
    "report_path",
    "sla_report",
    "tickets_report",
    "write_report",
]
