"""Reports by the clock: each day, week or month one of the period that has just ended, for the account that asked for it.

A schedule's run has an id that follows from the schedule and its moment; so two clocks, or one that was killed in between, ask
for it once. A clock that slept asks for the latest period alone: nobody wants forty reports at once.
"""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Engine, RowMapping, delete, func, insert, select, update

from services.reports.runs import DEFAULT_TENANT, ReportRun, SqlReportRuns
from services.reports.scope import Period
from services.reports.tables import report_schedule
from services.reports.write import ReportFormat

MOST_SCHEDULES = 50
DAY = timedelta(days=1)


class Pace(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ScheduleNotFound(LookupError):
    """There is no such schedule of this account."""


class TooManySchedules(ValueError):
    """An account has as many as it may have."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What comes, how often, at which hour (UTC), and whether by mail as well."""

    report: str
    format: ReportFormat
    language: str
    pace: Pace
    hour: int
    is_mailed: bool

    def __post_init__(self) -> None:
        if not 0 <= self.hour <= 23:
            raise ValueError(f"an hour lies between 0 and 23; this one is {self.hour}")


@dataclass(frozen=True, slots=True)
class Schedule:
    schedule_id: str
    wanted: Wanted
    account_id: str
    requested_by: str
    next_at: datetime


def next_moment(pace: Pace, hour: int, after: datetime) -> datetime:
    """The first moment later than `after`: any day, a Monday, or the first of a month, at that hour."""
    day = after.astimezone(UTC).date()
    while True:
        moment = datetime.combine(day, time(hour), UTC)
        if moment > after and _fits(pace, day):
            return moment
        day += DAY


def period_before(pace: Pace, moment: datetime) -> Period:
    """The whole day, week (Monday to Sunday) or month that ended last before a moment."""
    today = moment.astimezone(UTC).date()
    match pace:
        case Pace.DAILY:
            return Period(today - DAY, today - DAY)
        case Pace.WEEKLY:
            monday = today - timedelta(days=today.weekday())
            return Period(monday - timedelta(days=7), monday - DAY)
        case Pace.MONTHLY:
            last = today.replace(day=1) - DAY
            return Period(last.replace(day=1), last)


def _fits(pace: Pace, day: date) -> bool:
    return pace is Pace.DAILY or (day.weekday() == 0 if pace is Pace.WEEKLY else day.day == 1)


@dataclass(frozen=True, slots=True)
class SqlReportSchedules:
    """Schedules of one tenant; an account sees its own."""

    engine: Engine
    runs: SqlReportRuns
    tenant_id: str = DEFAULT_TENANT
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, wanted: Wanted, *, account_id: str, requested_by: str) -> Schedule:
        """Raises `TooManySchedules`."""
        row = {
            "schedule_id": uuid.uuid4().hex,
            "tenant_id": self.tenant_id,
            "account_id": account_id,
            "requested_by": requested_by,
            "report": wanted.report,
            "format": wanted.format.value,
            "language": wanted.language,
            "pace": wanted.pace.value,
            "hour": wanted.hour,
            "is_mailed": wanted.is_mailed,
            "next_at": _ms(next_moment(wanted.pace, wanted.hour, self.clock())),
        }
        mine = (report_schedule.c.tenant_id == self.tenant_id, report_schedule.c.account_id == account_id)
        with self.engine.begin() as connection:
            count = connection.execute(select(func.count()).select_from(report_schedule).where(*mine)).scalar_one()
            if count >= MOST_SCHEDULES:
                raise TooManySchedules(f"an account has at most {MOST_SCHEDULES} schedules: remove one first")
            connection.execute(insert(report_schedule), row)
        return self.schedule(str(row["schedule_id"]), account_id)

    def schedule(self, schedule_id: str, account_id: str) -> Schedule:
        """Raises `ScheduleNotFound`."""
        found = next((each for each in self.of(account_id) if each.schedule_id == schedule_id), None)
        if found is None:
            raise ScheduleNotFound(f"there is no report schedule {schedule_id[:40]!r} of yours")
        return found

    def of(self, account_id: str) -> Sequence[Schedule]:
        mine = (report_schedule.c.tenant_id == self.tenant_id, report_schedule.c.account_id == account_id)
        with self.engine.connect() as connection:
            query = select(report_schedule).where(*mine).order_by(report_schedule.c.next_at, report_schedule.c.schedule_id)
            return [_of_row(row) for row in connection.execute(query).mappings()]

    def remove(self, schedule_id: str, account_id: str) -> None:
        """Raises `ScheduleNotFound`."""
        self.schedule(schedule_id, account_id)
        with self.engine.begin() as connection:
            connection.execute(delete(report_schedule).where(report_schedule.c.schedule_id == schedule_id))

    def ask_due(self) -> list[ReportRun]:
        """Ask for every report whose moment has come, and set the next moment."""
        now = self.clock()
        due = (report_schedule.c.tenant_id == self.tenant_id, report_schedule.c.next_at <= _ms(now))
        with self.engine.connect() as connection:
            schedules = [_of_row(row) for row in connection.execute(select(report_schedule).where(*due)).mappings()]
        return [self._ask(each, now) for each in schedules]

    def _ask(self, schedule: Schedule, now: datetime) -> ReportRun:
        wanted = schedule.wanted
        name = f"{schedule.schedule_id}:{_ms(schedule.next_at)}"
        run = self.runs.request(
            wanted.report,
            wanted.format,
            period_before(wanted.pace, now),
            language=wanted.language,
            account_id=schedule.account_id,
            requested_by=schedule.requested_by,
            run_id=hashlib.sha256(name.encode()).hexdigest()[:32],
            is_mailed=wanted.is_mailed,
        )
        following = _ms(next_moment(wanted.pace, wanted.hour, now))
        with self.engine.begin() as connection:
            same = report_schedule.c.schedule_id == schedule.schedule_id
            connection.execute(update(report_schedule).where(same).values(next_at=following))
        return run


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _of_row(row: RowMapping) -> Schedule:
    return Schedule(
        schedule_id=row["schedule_id"],
        wanted=Wanted(
            row["report"], ReportFormat(row["format"]), row["language"], Pace(row["pace"]), row["hour"], row["is_mailed"]
        ),
        account_id=row["account_id"],
        requested_by=row["requested_by"],
        next_at=datetime.fromtimestamp(row["next_at"] / 1000, UTC),
    )
