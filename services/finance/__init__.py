"""Finance: plan and fact per project, article and month; imports, exchange rates, and months that are closed and locked.

    desk = finance_desk(engine, "RUB", projects)
    table, rates = desk.table([Month.parse("2026-03")], version_id)

The order of a close is `processes/month_close`, its tolerances `decisions/close_tolerances.dmn`. A locked month refuses every
write: here with `MonthLocked`, and below by triggers, whoever writes.
"""

from services.finance.auditing import AuditLine, AuditTrail
from services.finance.checking import Finding
from services.finance.close_nouns import (
    AccountingPeriods,
    AccountingRefused,
    AlreadyClosing,
    Announcement,
    Close,
    CloseNotifier,
    CloseReports,
    CloseState,
    Deviation,
    InputsChanged,
    MessagePublisher,
    NoAccounting,
    Verdict,
)
from services.finance.closes import Closes
from services.finance.desk import FinanceDesk, finance_desk
from services.finance.imports import ErrorsStand, Import, ImportRow, Imports, ImportState
from services.finance.ledger import Ledger
from services.finance.locks import Locks
from services.finance.money import CURRENCIES, InvalidMoney, Money, decimals, rounded, split
from services.finance.months import InvalidMonth, Month
from services.finance.notes import Note, Notes
from services.finance.nouns import (
    Article,
    ArticleKind,
    FinanceError,
    InMemoryProjects,
    Invalid,
    Lock,
    MonthLocked,
    NewPosting,
    NotFound,
    Posting,
    Project,
    ProjectDirectory,
    Refused,
)
from services.finance.plan_fact import Cell, PlanFact, converted_parts, digest, plan_fact
from services.finance.rates import DailyRate, ManualRate, MonthRate, RateMissing, Rates, RateSource, month_rate
from services.finance.reading import FIELDS, UnreadableFile, read_file
from services.finance.unlock_notifier import InMemoryUnlockNotifier, UnlockNotifier
from services.finance.versions import Version, VersionKind, Versions
from services.finance.working_days import WEEKDAYS, Weekdays, WorkingDays, first_working_day, working_day_after
from services.finance.written import read_date, read_number

__all__ = [
    "CURRENCIES",
    "FIELDS",
    "WEEKDAYS",
    "AccountingPeriods",
    "AccountingRefused",
    "AlreadyClosing",
    "Announcement",
    "Article",
    "ArticleKind",
    "AuditLine",
    "AuditTrail",
    "Cell",
    "Close",
    "CloseNotifier",
    "CloseReports",
    "CloseState",
    "Closes",
    "DailyRate",
    "Deviation",
    "ErrorsStand",
    "FinanceDesk",
    "FinanceError",
    "Finding",
    "Import",
    "ImportRow",
    "ImportState",
    "Imports",
    "InMemoryProjects",
    "InMemoryUnlockNotifier",
    "InputsChanged",
    "Invalid",
    "InvalidMoney",
    "InvalidMonth",
    "Ledger",
    "Lock",
    "Locks",
    "ManualRate",
    "MessagePublisher",
    "Money",
    "Month",
    "MonthLocked",
    "MonthRate",
    "NewPosting",
    "NoAccounting",
    "NotFound",
    "Note",
    "Notes",
    "PlanFact",
    "Posting",
    "Project",
    "ProjectDirectory",
    "RateMissing",
    "RateSource",
    "Rates",
    "Refused",
    "UnlockNotifier",
    "UnreadableFile",
    "Verdict",
    "Version",
    "VersionKind",
    "Versions",
    "Weekdays",
    "WorkingDays",
    "converted_parts",
    "decimals",
    "digest",
    "finance_desk",
    "first_working_day",
    "month_rate",
    "plan_fact",
    "read_date",
    "read_file",
    "read_number",
    "rounded",
    "split",
    "working_day_after",
]
