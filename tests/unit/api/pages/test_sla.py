"""Service levels in the browser and over REST: who sees what, what an action does, and calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from services.sla import COMMON, TargetsAsked, TeamCalendar
from tests.web_app import Browser, WebApp

HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def start_clocks(app: WebApp) -> None:
    """One on time, one at risk, one missed, one of another team."""
    asked = TargetsAsked(
        subject_id="T-1",
        subject_type="ticket",
        subject="The printer burns",
        team="workplace",
        lead="workplace-leads",
        priority="normal",
        customer="shop.example",
        process_instance_key=1,
        reply_within=2 * HOUR,
        resolve_within=24 * HOUR,
        started_at=now(),
        now=now(),
    )
    for number, hours_ago, team in ((1, 0, "workplace"), (2, 1.7, "workplace"), (3, 30, "workplace"), (4, 0, "identity")):
        subject = ("The printer burns", "No toner", "<b>Dead</b> screen", "Forgotten password")[number - 1]
        started_at = asked.now - hours_ago * HOUR
        app.services.sla.desk.compute(
            replace(asked, subject_id=f"T-{number}", subject=subject, team=team, started_at=started_at, lead=f"{team}-leads")
        )


@pytest.fixture
async def admin(web_app: WebApp) -> Browser:
    start_clocks(web_app)
    async with web_app.signed_in("admin") as browser:
        yield browser


async def test_shows_the_most_pressing_first_with_how_many_there_are_of_each(admin: Browser) -> None:
    page = (await admin.get("/sla")).text

    places = [page.index(f'id="clock-T-{number}"') for number in (3, 2, 1)]
    assert places == sorted(places)
    assert "<b>Dead" not in page
    assert "No toner" in page


async def test_filters_by_team_and_state(admin: Browser) -> None:
    page = (await admin.get("/sla?team=workplace&state=missed")).text

    assert 'id="clock-T-3"' in page
    assert not any(f'id="clock-T-{number}"' in page for number in (1, 2, 4))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("address", ["/sla", "/sla/clocks/T-3", "/sla/calendars", "/sla/calendars/-", "/sla/calendars/night"])
async def test_every_page_opens_in_both_languages(admin: Browser, address: str, language: str) -> None:
    response = await admin.get(address, headers={"Accept-Language": language})

    assert response.status_code == 200, response.text
    assert f'<html lang="{language}"' in response.text


@pytest.mark.parametrize(
    "address",
    [
        "/sla?state=sideways&page=-1",
        "/sla?page=99999999999",
        "/sla?team=" + "x" * 4000,
        "/sla/clocks/%00",
        "/sla/clocks/nothing",
    ],
)
async def test_bears_whatever_is_typed_into_the_address(admin: Browser, address: str) -> None:
    assert (await admin.get(address)).status_code in {200, 404}


async def test_staff_see_the_clocks_of_their_teams_and_no_others(web_app: WebApp) -> None:
    start_clocks(web_app)
    account = web_app.account("staff", groups=frozenset({"identity"}))
    async with web_app.browser() as browser:
        await browser.sign_in(account.username)

        page = (await browser.get("/sla")).text
        own, other = await browser.get("/sla/clocks/T-4"), await browser.get("/sla/clocks/T-1")
        stopped = await browser.post("/sla/clocks/T-1/pause", {"reason": "WAITING_FOR_CUSTOMER"})

    assert ('id="clock-T-4"' in page, 'id="clock-T-1"' in page) == (True, False)
    assert (own.status_code, other.status_code, stopped.status_code) == (200, 404, 404)
    assert web_app.services.sla.desk.clock("T-1").is_running


async def test_stopping_the_clock_shows_the_reason_and_letting_it_run_the_pause(admin: Browser, web_app: WebApp) -> None:
    await admin.get("/sla/clocks/T-1")

    await admin.post("/sla/clocks/T-1/pause", {"reason": "WAITING_FOR_SUPPLIER", "note": "spare part", "back": "/sla"})
    paused = web_app.services.sla.desk.clock("T-1")
    await admin.post("/sla/clocks/T-1/resume", {})

    assert (paused.pause_reason, paused.resolve_due_at) == ("WAITING_FOR_SUPPLIER", None)
    page = (await admin.get("/sla/clocks/T-1")).text
    assert "Waiting for a supplier" in page
    assert "spare part" in page
    assert web_app.services.sla.desk.clock("T-1").is_running


async def test_an_action_leads_back_within_this_site_only(admin: Browser) -> None:
    await admin.get("/sla/clocks/T-1")

    answer = await admin.post("/sla/clocks/T-1/resume", {"back": "https://evil.example/"})

    assert answer.headers["location"] == "/sla/clocks/T-1"


async def test_an_answer_that_nobody_asked_for_is_refused(admin: Browser) -> None:
    await admin.get("/sla/clocks/T-1")

    assert (await admin.post("/sla/clocks/T-1/acknowledge", {"note": "seen"})).status_code == 409


async def test_saving_hours_moves_the_due_times_of_running_clocks(admin: Browser, web_app: WebApp) -> None:
    await admin.get("/sla/calendars/workplace")
    hours = {"hours": ["00:00-24:00", "00:00-24:00", "00:00-24:00", "00:00-24:00", "00:00-24:00", "00:00-24:00", "00:00-12:00"]}

    saved = await admin.post("/sla/calendars/workplace", {"zone_name": "Europe/Berlin", **hours})
    await admin.post("/sla/calendars/workplace/holidays", {"day": str(now().date() + timedelta(days=1)), "title": "Fête"})

    assert saved.status_code == 303
    calendar = web_app.services.sla.desk.calendars.team_calendar("workplace")
    assert calendar is not None
    assert (calendar.zone_name, calendar.week[6]) == ("Europe/Berlin", ((time(0), time(12)),))
    assert [holiday.name for holiday in calendar.holidays] == ["Fête"]
    due = web_app.services.sla.desk.clock("T-1").resolve_due_at
    assert due is not None
    assert due > now() + 24 * HOUR


@pytest.mark.parametrize(
    ("zone_name", "hours", "reason"),
    [
        ("Mars/Olympus", "09:00-17:00", "no time zone is called"),
        ("UTC", "17:00-09:00", "end before they begin"),
        ("UTC", "nine to five", "are no hours"),
        ("UTC", "", "never works"),
    ],
)
async def test_hours_that_make_no_sense_are_refused_with_the_reason(
    admin: Browser, web_app: WebApp, zone_name: str, hours: str, reason: str
) -> None:
    await admin.get("/sla/calendars/workplace")

    answer = await admin.post("/sla/calendars/workplace", {"zone_name": zone_name, "hours": [hours] * 7})

    assert answer.status_code == 422
    assert reason in answer.text
    assert web_app.services.sla.desk.calendars.team_calendar("workplace") is None


async def test_a_list_of_holidays_is_imported_and_a_bad_one_refused_by_its_line(admin: Browser, web_app: WebApp) -> None:
    web_app.services.sla.desk.calendars.save(TeamCalendar(COMMON, "UTC", {0: ((time(9), time(17)),)}))
    await admin.get("/sla/calendars/-")

    good = await admin.post("/sla/calendars/-/import", {}, files={"file": ("h.csv", b"2030-12-25,Christmas", "text/csv")})
    bad = await admin.post("/sla/calendars/-/import", {}, files={"file": ("h.csv", b"2030-12-25,x\nsoon,y", "text/csv")})
    await admin.post("/sla/calendars/-/holidays/remove", {"day": "2030-12-25"})

    assert (good.status_code, bad.status_code) == (303, 422)
    assert "line 2" in bad.text
    kept = web_app.services.sla.desk.calendars.team_calendar(COMMON)
    assert kept is not None
    assert kept.holidays == ()


async def test_skills_and_absences_are_kept_for_accounts_that_exist(admin: Browser, web_app: WebApp) -> None:
    web_app.account("staff", username="anna", groups=frozenset({"workplace"}))
    await admin.get("/sla/calendars")

    saved = await admin.post("/sla/calendars/-/people/anna", {"skills": "Hardware, Storage,", "away_until": "2030-01-31"})
    nobody = await admin.post("/sla/calendars/-/people/nobody", {"skills": "x"})

    known = web_app.services.sla.skills.skills(["anna"])["anna"]
    assert (saved.status_code, nobody.status_code) == (303, 404)
    assert (known.skills, known.away_until) == (frozenset({"Hardware", "Storage"}), date(2030, 1, 31))


async def test_staff_may_read_calendars_and_not_change_them(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        read = await browser.get("/sla/calendars")
        saved = await browser.post("/sla/calendars/-", {"zone_name": "UTC", "hours": ["09:00-17:00"]})

    assert (read.status_code, saved.status_code) == (200, 403)


async def test_programs_read_clocks_and_change_them_once(web_app: WebApp) -> None:
    start_clocks(web_app)
    token = web_app.bearer(web_app.account("manager"))
    async with web_app.browser() as browser:
        listed = (await browser.get("/api/v1/sla?team=workplace", headers=token)).json()
        wish = {"kind": "PAUSED", "reason": "WAITING_FOR_CUSTOMER", "note": "asked", "change_id": "c-1"}
        for _ in range(2):
            changed = await browser.client.post("/api/v1/sla/T-1/changes", json=wish, headers=token)
        one = (await browser.get("/api/v1/sla/T-1", headers=token)).json()
        wrong = await browser.client.post("/api/v1/sla/T-1/changes", json={"kind": "PRIORITY"}, headers=token)
        unknown = await browser.get("/api/v1/sla/T-9", headers=token)

    assert [item["subject_id"] for item in listed["items"]] == ["T-3", "T-2", "T-1"]
    assert listed["items"][0]["state"] == "missed"
    assert (changed.status_code, changed.json()["state"]) == (202, "paused")
    assert [pause["note"] for pause in one["pauses"]] == ["asked"]
    assert [line["reason"] for line in one["targets"]] == ["STARTED", "PAUSED"]
    assert (wrong.status_code, unknown.status_code) == (422, 404)


def test_a_panel_of_work_without_a_clock_is_empty(web_app: WebApp, tmp_path: Path) -> None:
    assert web_app.services.sla.panel("T-77", now()) is None


async def test_the_first_reply_keeps_its_promise_and_the_next_ones_change_nothing(web_app: WebApp) -> None:
    start_clocks(web_app)

    for request_id in ("a", "a", "b"):
        await web_app.services.sla.replied("T-1", "anna", request_id)
    await web_app.services.sla.replied("T-99", "anna", "c")

    panel = web_app.services.sla.panel("T-1", now() + HOUR)
    assert panel is not None
    assert [face.state.value for face in panel.dial.faces] == ["kept", "on_time"]
