"""Regular and mailed reports in the page and over REST; the assistant's report equals SQL."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bootstrap import build_report
from bootstrap.mailed_reports import mail_ready_reports
from services.assistant import SqlDrafts, Verdict
from services.assistant.drafts import NewDraft
from services.crm import NewTicket, SqlTicketDesk
from services.reports import Period, ReportFormat, ReportMaker, SqlReportRuns
from settings import Settings
from tests.web_app import HOME, WebApp

# Whoever begins before midnight may end after it.
DAY = datetime.now(UTC).date()
ASKED = {"report": "tickets", "format": "csv", "first_day": str(DAY), "last_day": str(DAY + timedelta(days=1))}
FORM = {"report": "tickets", "format": "pdf", "pace": "weekly", "hour": "7", "language": "ru", "mailed": "yes"}


def make_due(web_app: WebApp) -> None:
    runs = SqlReportRuns(web_app.engine)
    folder = web_app.services.reports.folder
    ReportMaker(runs, folder, lambda name, scope: build_report(web_app.engine, name, scope), lambda _: True).make_due()


async def test_a_schedule_is_made_shown_and_removed_in_the_page(web_app: WebApp) -> None:
    async with web_app.signed_in("manager") as browser:
        await browser.get("/reports")
        added = await browser.post("/reports/schedules", FORM)
        page = await browser.get("/reports")
        [schedule] = web_app.services.reports.schedules.of(web_app.identities.account_named("manager").account_id)
        removed = await browser.post(f"/reports/schedules/{schedule.schedule_id}/remove", {})
        again = await browser.post(f"/reports/schedules/{schedule.schedule_id}/remove", {})

    assert (added.status_code, removed.status_code, again.status_code) == (303, 303, 404)
    assert schedule.next_at.weekday() == 0
    assert "07:00 UTC" in page.text


async def test_rest_asks_shows_cancels_and_hands_out(web_app: WebApp) -> None:
    SqlTicketDesk(web_app.engine).intake([NewTicket("mail", str(n), "printer") for n in range(3)])
    headers = web_app.bearer(web_app.account("manager"))
    async with web_app.browser() as browser:
        asked = (await browser.client.post("/api/v1/reports", json=ASKED, headers=headers)).json()
        early = await browser.client.get(f"/api/v1/reports/{asked['run_id']}/file", headers=headers)
        make_due(web_app)
        done = (await browser.client.get(f"/api/v1/reports/{asked['run_id']}", headers=headers)).json()
        file = await browser.client.get(f"/api/v1/reports/{asked['run_id']}/file", headers=headers)
        other = (await browser.client.post("/api/v1/reports", json=ASKED, headers=headers)).json()
        cancelled = (await browser.client.post(f"/api/v1/reports/{other['run_id']}/cancel", headers=headers)).json()
        listed = (await browser.client.get("/api/v1/reports", headers=headers)).json()["items"]

    assert (asked["state"], early.status_code, done["state"], done["rows_read"]) == ("waiting", 409, "done", 3)
    assert file.text.count("printer") == 3
    assert cancelled["state"] == "cancelled"
    assert {each["run_id"] for each in listed} == {asked["run_id"], other["run_id"]}


async def test_rest_keeps_schedules(web_app: WebApp) -> None:
    headers = web_app.bearer(web_app.account("manager"))
    stranger = web_app.bearer(web_app.account("manager", username="other"))
    async with web_app.browser() as browser:
        body = {"report": "assistant", "pace": "monthly", "hour": 5}
        added = (await browser.client.post("/api/v1/reports/schedules", json=body, headers=headers)).json()
        address = f"/api/v1/reports/schedules/{added['schedule_id']}"
        refused = await browser.client.delete(address, headers=stranger)
        removed = await browser.client.delete(address, headers=headers)
        left = (await browser.client.get("/api/v1/reports/schedules", headers=headers)).json()["items"]

    assert added["next_at"][8:13] == "01T05"
    assert (refused.status_code, removed.status_code, left) == (404, 204, [])


@pytest.mark.parametrize("change", [{"report": "payroll"}, {"first_day": "2999-01-01"}, {"language": "xx"}, {"extra": 1}])
async def test_rest_refuses_what_makes_no_sense(web_app: WebApp, change: dict[str, object]) -> None:
    headers = web_app.bearer(web_app.account("manager"))
    async with web_app.browser() as browser:
        response = await browser.client.post("/api/v1/reports", json={**ASKED, **change}, headers=headers)

    assert response.status_code == 422


@pytest.mark.parametrize(("roles", "mails"), [(("manager",), 1), (("staff",), 0)])
def test_a_ready_report_is_mailed_once_to_who_asked_if_they_still_may(
    web_app: WebApp, tmp_path: Path, roles: tuple[str, ...], mails: int
) -> None:
    settings = Settings(home=HOME, data_dir=tmp_path, secret_key="a key", mail_address="desk@example.org")
    account = web_app.account(*roles, username="anna@example.org")
    runs = SqlReportRuns(web_app.engine)
    today = datetime.now(UTC).date()
    web_app.services.reports.runs.request(
        "tickets",
        ReportFormat.CSV,
        Period(today, today),
        language="ru",
        account_id=account.account_id,
        requested_by="anna",
        is_mailed=True,
    )
    folder = tmp_path / "reports"
    ReportMaker(runs, folder, lambda name, scope: build_report(web_app.engine, name, scope), lambda _: True).make_due()

    first, second = mail_ready_reports(settings, web_app.engine), mail_ready_reports(settings, web_app.engine)

    with web_app.engine.connect() as connection:
        rows = connection.execute(text("SELECT recipient FROM mail_outgoing")).scalars().all()
    assert (first, second, len(rows)) == (mails, 0, mails)
    assert set(rows) <= {"anna@example.org"}


async def test_the_totals_of_the_assistants_report_equal_sql(web_app: WebApp) -> None:
    drafts = SqlDrafts(web_app.engine)
    for number, verdict in enumerate([Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.EDITED, Verdict.REJECTED, None]):
        draft = drafts.save(
            NewDraft(str(number), f"T-{number}", "=Access", "en", "Reset it.", (), 0.8, "model", "suggest_reply", 1)
        )
        if verdict is not None:
            drafts.decide(draft.draft_id, verdict, by="anna", reason="why")
    headers = web_app.bearer(web_app.account("manager"))
    async with web_app.browser() as browser:
        body = {**ASKED, "report": "assistant", "format": "json", "language": "ru"}
        run = (await browser.client.post("/api/v1/reports", json=body, headers=headers)).json()
        make_due(web_app)
        file = await browser.client.get(f"/api/v1/reports/{run['run_id']}/file", headers=headers)

    document = json.loads(file.content)
    with web_app.engine.connect() as connection:
        counted = dict(connection.execute(text("SELECT verdict, count(*) FROM assistant_draft GROUP BY verdict")).all())
    [by_model] = document["summary"][0]["rows"]
    assert {name: by_model[name] for name in counted} == counted
    assert (len(document["rows"]), by_model["drafts"], by_model["acceptance"]) == (5, 5, 0.75)
