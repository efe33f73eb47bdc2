"""Reports over REST: ask for one, see how far it is, fetch it, cancel it; have it made regularly. An account sees its own."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field
from starlette.responses import FileResponse

from api.dependencies import Services, SignedIn
from api.problems import Problem
from api.rest.shapes import Asked, ListOf, Shown
from services.reports import (
    InvalidPeriod,
    Pace,
    Period,
    ReportFormat,
    ReportRun,
    RunState,
    Schedule,
    ScheduleNotFound,
    TooManySchedules,
    Wanted,
)

router = APIRouter(prefix="/reports", tags=["reports"])

ReportName = Literal["tickets", "performers", "sla", "process-performance", "assistant", "month-close"]
ReportId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class ReportAsked(Asked):
    """Whole days in UTC, the last included."""

    report: ReportName
    format: ReportFormat = ReportFormat.PDF
    first_day: date
    last_day: date
    language: Literal["en", "ru"] = "en"


class RunShown(Shown):
    run_id: str
    report: str
    format: ReportFormat
    first_day: date
    last_day: date
    language: str
    state: RunState
    rows_read: int = Field(description="How far it is.")
    size: int = Field(description="Of the file, in bytes; 0 before it is there.")
    problem: str = Field(description="Why it failed: no-rights, too-many-rows or error.")
    requested_at: datetime
    ended_at: datetime | None


class ScheduleAsked(Asked):
    """Each is about the day, week or month that has just ended."""

    report: ReportName
    format: ReportFormat = ReportFormat.PDF
    language: Literal["en", "ru"] = "en"
    pace: Pace
    hour: int = Field(6, ge=0, le=23, description="In UTC.")
    is_mailed: bool = Field(default=False, description="To the asking account's own confirmed address.")


class ScheduleShown(ScheduleAsked):
    schedule_id: str
    next_at: datetime


@router.post("", status_code=202)
def ask_for_report(asked: ReportAsked, services: Services, principal: SignedIn) -> RunShown:
    """Ask for a report; a background process makes it."""
    try:
        period = Period(asked.first_day, asked.last_day)
    except InvalidPeriod as error:
        raise Problem(422, str(error)) from error
    account = {"account_id": principal.account.account_id, "requested_by": principal.name}
    return _run(services.reports.request(asked.report, asked.format, period, language=asked.language, **account))


@router.get("")
def list_reports(services: Services, principal: SignedIn) -> ListOf[RunShown]:
    """The latest fifty, the newest first."""
    return ListOf[RunShown](items=[_run(run) for run in services.reports.runs.runs(principal.account.account_id)])


@router.get("/schedules")
def list_schedules(services: Services, principal: SignedIn) -> ListOf[ScheduleShown]:
    """What is made regularly."""
    return ListOf[ScheduleShown](
        items=[_schedule(each) for each in services.reports.schedules.of(principal.account.account_id)]
    )


@router.post("/schedules", status_code=201)
def add_schedule(asked: ScheduleAsked, services: Services, principal: SignedIn) -> ScheduleShown:
    """Have a report made regularly."""
    wanted = Wanted(asked.report, asked.format, asked.language, asked.pace, asked.hour, asked.is_mailed)
    try:
        added = services.reports.schedules.add(wanted, account_id=principal.account.account_id, requested_by=principal.name)
    except TooManySchedules as error:
        raise Problem(409, str(error)) from error
    return _schedule(added)


@router.delete("/schedules/{schedule_id}", status_code=204)
def remove_schedule(schedule_id: ReportId, services: Services, principal: SignedIn) -> None:
    """It is made no longer."""
    try:
        services.reports.schedules.remove(schedule_id, principal.account.account_id)
    except ScheduleNotFound as error:
        raise Problem(404, str(error)) from error


@router.get("/{run_id}")
def get_report(run_id: ReportId, services: Services, principal: SignedIn) -> RunShown:
    """How far a report is."""
    return _run(services.reports.runs.run(run_id, principal.account.account_id))


@router.post("/{run_id}/cancel")
def cancel_report(run_id: ReportId, services: Services, principal: SignedIn) -> RunShown:
    """Stop it if it has not ended."""
    services.reports.runs.cancel(run_id, principal.account.account_id)
    return _run(services.reports.runs.run(run_id, principal.account.account_id))


@router.get("/{run_id}/file", response_class=FileResponse)
def get_report_file(run_id: ReportId, services: Services, principal: SignedIn) -> Response:
    """The finished file."""
    run = services.reports.runs.run(run_id, principal.account.account_id)
    path = services.reports.file(run)
    if run.state is not RunState.DONE or not path.is_file():
        raise Problem(409 if run.is_unfinished else 404, "this report has no file (yet, or any more)")
    return FileResponse(path, media_type=run.format.media_type, filename=run.file_name, headers={"Cache-Control": "no-store"})


def _run(run: ReportRun) -> RunShown:
    return RunShown(
        run_id=run.run_id,
        report=run.report,
        format=run.format,
        first_day=run.period.first,
        last_day=run.period.last,
        language=run.language,
        state=run.state,
        rows_read=run.rows_read,
        size=run.size,
        problem=run.problem,
        requested_at=run.requested_at,
        ended_at=run.ended_at,
    )


def _schedule(schedule: Schedule) -> ScheduleShown:
    wanted = schedule.wanted
    return ScheduleShown.model_validate(
        {
            "report": wanted.report,
            "format": wanted.format,
            "language": wanted.language,
            "pace": wanted.pace,
            "hour": wanted.hour,
            "is_mailed": wanted.is_mailed,
            "schedule_id": schedule.schedule_id,
            "next_at": schedule.next_at,
        }
    )
