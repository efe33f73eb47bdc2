"""Working hours and holidays of teams, and the skills and absences of people: what due times and reassignment rest on."""

from datetime import date
from typing import Annotated
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.fields import Day, Optional
from api.principal import Principal
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.identity import Role
from services.sla import (
    COMMON,
    Holiday,
    InvalidCalendar,
    InvalidHolidays,
    Skills,
    TeamCalendar,
    format_hours,
    parse_hours,
    read_holidays,
    read_skills,
)
from services.sla.calendar import Hours
from services.sla.holidays import MOST_BYTES

router = APIRouter(prefix="/sla/calendars", include_in_schema=False)

WEEKDAYS = range(7)
# The common calendar has no name to stand in an address.
COMMON_NAME = "-"
OFFICE = ["09:00-17:00"] * 5 + ["", ""]
Name = Annotated[str, Form(max_length=100)]


@router.get("", name="sla_calendars")
def calendars_page(request: Request, services: Services) -> Response:
    calendars = services.sla.desk.calendars.teams()
    accounts = [account for account in services.identities.accounts() if account.is_active and Role.STAFF in account.roles]
    groups = sorted({group for account in accounts for group in account.groups} - {each.team for each in calendars})
    skills = services.sla.skills.skills([account.username for account in accounts])
    shown = [(each, COMMON_NAME if each.team == COMMON else each.team, _week(each)) for each in calendars]
    return render(
        request,
        "pages/sla_calendars.html",
        calendars=shown,
        has_common=any(each.team == COMMON for each in calendars),
        teams_without=groups,
        people=[(account, skills[account.username]) for account in accounts],
    )


@router.get("/{name}", name="sla_calendar")
def calendar_page(request: Request, services: Services, name: str) -> Response:
    kept = services.sla.desk.calendars.team_calendar(_team(name))
    return _form(request, name, kept, kept.zone_name if kept else "UTC", _week(kept) if kept else OFFICE)


@router.post("/{name}")
async def save_calendar(
    request: Request,
    services: Services,
    principal: SignedIn,
    name: str,
    zone_name: Name,
    hours: Annotated[list[str], Form(max_length=7)],
) -> Response:
    team, calendars = _team(name), services.sla.desk.calendars
    try:
        calendar = TeamCalendar(team, zone_name, _read_week(hours), changed_by=principal.name)
    except InvalidCalendar as error:
        kept = await run_in_threadpool(calendars.team_calendar, team)
        return _form(request, name, kept, zone_name, hours, error=language_of(request).refused(str(error)), status_code=422)
    await run_in_threadpool(calendars.save, calendar)
    return await _recalculated(request, services, principal, name)


@router.post("/{name}/holidays")
async def add_holiday(
    request: Request,
    services: Services,
    principal: SignedIn,
    name: str,
    day: Annotated[Day, Form()],
    title: Annotated[str, Form(max_length=200)] = "",
    hours: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    team = _team(name)
    kept = await run_in_threadpool(_kept, services, team)
    try:
        holiday = Holiday(day, title, parse_hours(hours))
        TeamCalendar(team, kept.zone_name, {}, (holiday,))
    except InvalidCalendar as error:
        return _form(
            request, name, kept, kept.zone_name, _week(kept), error=language_of(request).refused(str(error)), status_code=422
        )
    await run_in_threadpool(services.sla.desk.calendars.add_holidays, team, [holiday])
    return await _recalculated(request, services, principal, name)


@router.post("/{name}/import")
async def import_holidays(request: Request, services: Services, principal: SignedIn, name: str, file: UploadFile) -> Response:
    """A list of holidays as CSV or iCalendar, added to those that are there."""
    team = _team(name)
    kept = await run_in_threadpool(_kept, services, team)
    content = await file.read(MOST_BYTES + 1)
    try:
        holidays = await run_in_threadpool(read_holidays, content)
        TeamCalendar(team, kept.zone_name, {}, tuple(holidays))
    except (InvalidHolidays, InvalidCalendar) as error:
        return _form(
            request, name, kept, kept.zone_name, _week(kept), error=language_of(request).refused(str(error)), status_code=422
        )
    await run_in_threadpool(services.sla.desk.calendars.add_holidays, team, holidays)
    return await _recalculated(request, services, principal, name)


@router.post("/{name}/holidays/remove")
async def remove_holiday(
    request: Request, services: Services, principal: SignedIn, name: str, day: Annotated[Day, Form()]
) -> Response:
    await run_in_threadpool(_kept, services, _team(name))
    await run_in_threadpool(services.sla.desk.calendars.remove_holiday, _team(name), day)
    return await _recalculated(request, services, principal, name)


@router.post("/{name}/remove")
async def remove_calendar(request: Request, services: Services, principal: SignedIn, name: str) -> Response:
    await run_in_threadpool(services.sla.desk.calendars.remove, _team(name))
    await run_in_threadpool(services.sla.desk.recalculate_team, _team(name), principal.name)
    await services.sla.announce()
    return redirect(request, "/sla/calendars", Flash(language_of(request).gettext("The calendar is gone.")))


@router.post("/{name}/people/{username}")
async def save_skills(
    request: Request,
    services: Services,
    name: str,
    username: str,
    skills: Annotated[str, Form(max_length=2000)] = "",
    away_until: Annotated[Optional[date], Form()] = None,
) -> Response:
    known = {account.username for account in await run_in_threadpool(services.identities.accounts)}
    if username not in known or name != COMMON_NAME:
        raise Problem(404, f"there is no account {username[:64]!r}")
    await run_in_threadpool(services.sla.skills.save, Skills(username, read_skills(skills), away_until))
    return redirect(request, "/sla/calendars#people", Flash(language_of(request).gettext("Saved.")))


def _team(name: str) -> str:
    if len(name) > 100 or not name.isprintable():
        raise Problem(404, "no team has such a name")
    return COMMON if name == COMMON_NAME else name


def _kept(services: ApiServices, team: str) -> TeamCalendar:
    kept = services.sla.desk.calendars.team_calendar(team)
    if kept is None:
        raise Problem(409, "this team has no calendar of its own yet: save its working hours first")
    return kept


def _read_week(hours: list[str]) -> dict[int, Hours]:
    week = {day: parse_hours(text) for day, text in zip(WEEKDAYS, hours, strict=False)}
    if not any(week.values()):
        raise InvalidCalendar("the team never works: give at least one day hours")
    return week


def _week(calendar: TeamCalendar) -> list[str]:
    return [format_hours(calendar.week.get(day, ())) for day in WEEKDAYS]


def _form(
    request: Request,
    name: str,
    kept: TeamCalendar | None,
    zone_name: str,
    hours: list[str],
    *,
    error: str = "",
    status_code: int = 200,
) -> Response:
    _ = language_of(request).gettext
    days = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return render(
        request,
        "pages/sla_calendar.html",
        status_code=status_code,
        name=name,
        is_common=name == COMMON_NAME,
        calendar=kept,
        zone_name=zone_name,
        zones=sorted(available_timezones()),
        week=list(zip(days, [*hours, *[""] * 7], strict=False)),
        holidays=[(holiday, format_hours(holiday.hours)) for holiday in kept.holidays] if kept else [],
        error=error,
    )


async def _recalculated(request: Request, services: ApiServices, principal: Principal, name: str) -> Response:
    """After a change every running clock of the team gets its new due times, and the processes hear of it."""
    await run_in_threadpool(services.sla.desk.recalculate_team, _team(name), principal.name)
    await services.sla.announce()
    said = language_of(request).gettext("Saved. The due times follow.")
    return redirect(request, f"/sla/calendars/{name}", Flash(said))
