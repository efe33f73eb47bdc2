"""Reports: choose one, see how far it is, download it. A background process makes them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.pages.fields import Day
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.reports import (
    LANGUAGES,
    InvalidPeriod,
    Pace,
    Period,
    ReportFormat,
    RunState,
    ScheduleNotFound,
    TooManySchedules,
    Wanted,
)

router = APIRouter(prefix="/reports", include_in_schema=False)

DEFAULT_DAYS = timedelta(days=29)
type ReportName = Literal["tickets", "performers", "sla", "process-performance", "assistant", "month-close"]


@router.get("", name="reports")
def reports_page(request: Request, services: Services, principal: SignedIn) -> Response:
    return _page(request, services, principal)


@router.get("/runs", name="report_runs")
def report_runs(request: Request, services: Services, principal: SignedIn) -> Response:
    """The list alone; a page with an unfinished report asks for it every second."""
    return render(request, "pages/_report_runs.html", **_runs(request, services, principal))


@router.post("")
async def request_report(
    request: Request,
    services: Services,
    principal: SignedIn,
    report: Annotated[ReportName, Form()],
    format_: Annotated[ReportFormat, Form(alias="format")],
    first: Annotated[Day, Form(alias="from")],
    last: Annotated[Day, Form(alias="to")],
    language: Annotated[str, Form()] = "en",
) -> Response:
    _ = language_of(request).gettext
    try:
        period = Period(first, last)
    except InvalidPeriod:
        error = _("The period ends before it begins: exchange the two days.")
        return await run_in_threadpool(_page, request, services, principal, error, 422)
    chosen = language if language in LANGUAGES else "en"
    asker = {"account_id": principal.account.account_id, "requested_by": principal.name}
    await run_in_threadpool(lambda: services.reports.request(report, format_, period, language=chosen, **asker))
    return redirect(request, "/reports", Flash(_("The report is being made.")))


@router.post("/schedules", name="schedule_report")
def schedule_report(
    request: Request,
    services: Services,
    principal: SignedIn,
    report: Annotated[ReportName, Form()],
    format_: Annotated[ReportFormat, Form(alias="format")],
    pace: Annotated[Pace, Form()],
    hour: Annotated[int, Form(ge=0, le=23)],
    language: Annotated[str, Form()] = "en",
    mailed: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Have a report made by the clock, for the account that asks."""
    _ = language_of(request).gettext
    wanted = Wanted(report, format_, language if language in LANGUAGES else "en", pace, hour, bool(mailed))
    try:
        services.reports.schedules.add(wanted, account_id=principal.account.account_id, requested_by=principal.name)
    except TooManySchedules:
        return redirect(
            request, "/reports", Flash(_("You have as many regular reports as you may have: remove one first."), "bad")
        )
    return redirect(request, "/reports", Flash(_("The report comes regularly from now on.")))


@router.post("/schedules/{schedule_id}/remove", name="remove_schedule")
def remove_schedule(request: Request, services: Services, principal: SignedIn, schedule_id: str) -> Response:
    try:
        services.reports.schedules.remove(schedule_id, principal.account.account_id)
    except ScheduleNotFound as error:
        raise Problem(404, str(error)) from error
    return redirect(request, "/reports", Flash(language_of(request).gettext("It comes no longer.")))


@router.post("/{run_id}/cancel")
async def cancel_report(request: Request, services: Services, principal: SignedIn, run_id: str) -> Response:
    await run_in_threadpool(services.reports.runs.cancel, run_id, principal.account.account_id)
    return redirect(request, "/reports")


@router.get("/{run_id}/file", name="report_file")
def report_file(services: Services, principal: SignedIn, run_id: str) -> Response:
    run = services.reports.runs.run(run_id, principal.account.account_id)
    path = services.reports.file(run)
    if run.state is not RunState.DONE or not path.is_file():
        raise Problem(404, "this report has no file (any more): ask for it again")
    return FileResponse(path, media_type=run.format.media_type, filename=run.file_name, headers={"Cache-Control": "no-store"})


def _page(request: Request, services: ApiServices, principal: Principal, error: str = "", status_code: int = 200) -> Response:
    language = language_of(request)
    today = datetime.now(UTC).date()
    return render(
        request,
        "pages/reports.html",
        status_code=status_code,
        explained=_explained(language),
        formats=list(ReportFormat),
        paces=_paces(language),
        schedules=services.reports.schedules.of(principal.account.account_id),
        first=today - DEFAULT_DAYS,
        last=today,
        error=error,
        **_runs(request, services, principal),
    )


def _runs(request: Request, services: ApiServices, principal: Principal) -> dict[str, Any]:
    runs = services.reports.runs.runs(principal.account.account_id)
    language = language_of(request)
    return {
        "runs": runs,
        "titles": {name: title for name, (title, _text) in _explained(language).items()},
        "problems": _problems(language),
        "is_busy": any(run.is_unfinished for run in runs),
    }


def _explained(language: Language) -> Mapping[str, tuple[str, str]]:
    """Title and explanation of each report."""
    _ = language.gettext
    return {
        "tickets": (_("Tickets"), _("Every ticket of the period; how many per team, category and day, and how fast.")),
        "performers": (_("Performers"), _("User tasks per person and group: open, completed, median and 95th percentile.")),
        "sla": (_("Service levels"), _("Due dates kept and broken, per priority and team.")),
        "process-performance": (_("Process performance"), _("How often and how long each element of each process was active.")),
        "month-close": (_("Month close"), _("Plan and fact per project and article, explanations, and locks of months.")),
        "assistant": (_("Assistant use"), _("Every drafted reply, what became of it, and what the models were asked.")),
    }


def _problems(language: Language) -> Mapping[str, str]:
    """Why a run failed, for people."""
    _ = language.gettext
    return {
        "no-rights": _("The account that asked may no longer have reports."),
        "too-many-rows": _("Excel cannot hold that many rows: choose a shorter period, or CSV."),
        "error": _("It could not be made; the background log says why. Ask for it again."),
    }


def _paces(language: Language) -> Mapping[Pace, str]:
    _ = language.gettext
    return {Pace.DAILY: _("Every day"), Pace.WEEKLY: _("Every Monday"), Pace.MONTHLY: _("On the first of the month")}
