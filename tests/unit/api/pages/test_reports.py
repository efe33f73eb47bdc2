"""The reports page: who may ask, what they see, and how a report comes to be."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bootstrap import build_report
from services.crm import NewTicket, SqlTicketDesk
from services.reports import Period, ReportFormat, ReportMaker, RunState, SqlReportRuns
from tests.web_app import WebApp

FORM = {"report": "tickets", "format": "json", "from": "2026-01-01", "to": "2099-12-31", "language": "ru"}


def maker(web_app: WebApp, *, may_read: bool = True, build=None) -> ReportMaker:
    runs = web_app.services.reports.runs
    assert isinstance(runs, SqlReportRuns)
    return ReportMaker(
        runs,
        web_app.services.reports.folder,
        build or (lambda name, scope: build_report(web_app.engine, name, scope)),
        lambda account_id: may_read,
    )


@pytest.mark.parametrize("role", ["staff", "designer", "operator"])
async def test_reports_are_for_managers(web_app: WebApp, role: str) -> None:
    async with web_app.signed_in(role) as browser:
        assert (await browser.get("/reports")).status_code == 403
        assert (await browser.post("/reports", FORM)).status_code == 403


async def test_a_report_is_asked_for_made_and_downloaded(web_app: WebApp) -> None:
    SqlTicketDesk(web_app.engine).intake([NewTicket("mail", str(n), "=1+1") for n in range(3)])
    async with web_app.signed_in("manager") as browser:
        asked = await browser.post("/reports", FORM)
        waiting = await browser.get("/reports")
        maker(web_app).make_due()
        ready = await browser.get("/reports/runs")
        run = web_app.services.reports.runs.runs(web_app.identities.account_named("manager").account_id)[0]
        file = await browser.get(f"/reports/{run.run_id}/file")

    assert asked.status_code == 303
    assert "every 1s" in waiting.text
    assert "every 1s" not in ready.text
    assert (run.state, run.rows_read, run.size) == (RunState.DONE, 3, len(file.content))
    assert "tickets-2026-01-01-2099-12-31.json" in file.headers["content-disposition"]
    document = json.loads(file.content)
    with web_app.engine.connect() as connection:
        in_sql = connection.execute(text("SELECT count(*) FROM ticket")).scalar_one()
    assert len(document["rows"]) == sum(row["tickets"] for row in document["summary"][0]["rows"]) == in_sql == 3
    assert document["title"] == "Обращения"


async def test_nobody_sees_the_report_of_another(web_app: WebApp) -> None:
    run = web_app.services.reports.request(
        "sla",
        ReportFormat.CSV,
        Period(date(2026, 1, 1), date(2026, 1, 2)),
        language="en",
        account_id="another",
        requested_by="another",
    )
    maker(web_app).make(run.run_id)
    async with web_app.signed_in("manager") as browser:
        page = await browser.get("/reports")
        file = await browser.get(f"/reports/{run.run_id}/file")
        cancelled = await browser.post(f"/reports/{run.run_id}/cancel", {})

    assert run.run_id not in page.text
    assert (file.status_code, cancelled.status_code) == (404, 404)


async def test_a_cancelled_report_is_never_made(web_app: WebApp) -> None:
    async with web_app.signed_in("manager") as browser:
        await browser.post("/reports", FORM)
        run = web_app.services.reports.runs.runs(web_app.identities.account_named("manager").account_id)[0]
        await browser.post(f"/reports/{run.run_id}/cancel", {})
        maker(web_app).make(run.run_id)
        file = await browser.get(f"/reports/{run.run_id}/file")

    assert file.status_code == 404
    assert list(web_app.services.reports.folder.glob("*")) == []


@pytest.mark.parametrize(
    "wrong",
    [{"report": "passwords"}, {"format": "exe"}, {"from": "yesterday"}, {"to": "2025-01-01"}, {"to": "99999-01-01"}],
)
async def test_a_form_that_makes_no_sense_is_refused(web_app: WebApp, wrong: dict[str, str]) -> None:
    async with web_app.signed_in("manager") as browser:
        answer = await browser.post("/reports", FORM | wrong)

    assert answer.status_code == 422


async def test_rights_count_when_the_report_is_made(web_app: WebApp) -> None:
    async with web_app.signed_in("manager") as browser:
        await browser.post("/reports", FORM)
        maker(web_app, may_read=False).make_due()
        page = await browser.get("/reports")

    assert "may no longer have reports" in page.text


async def test_a_report_that_breaks_is_told_as_failed(web_app: WebApp) -> None:
    def broken(_name, _scope):
        raise OSError("disk full")

    async with web_app.signed_in("manager") as browser:
        await browser.post("/reports", FORM)
        with pytest.raises(OSError, match="disk full"):
            maker(web_app, build=broken).make_due()
        page = await browser.get("/reports")

    assert "the background log says why" in page.text


def test_a_run_is_made_by_one_and_taken_over_when_its_maker_falls_silent(web_app: WebApp) -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    runs = SqlReportRuns(web_app.engine, clock=lambda: now[0])
    period = Period(date(2026, 1, 1), date(2026, 1, 2))
    run = runs.request("sla", ReportFormat.CSV, period, language="en", account_id="a", requested_by="a")

    assert runs.claim(run.run_id) is not None
    assert runs.claim(run.run_id) is None
    now[0] += timedelta(minutes=2)
    assert runs.due() == [run.run_id]
    assert runs.claim(run.run_id) is not None


def test_old_runs_go_with_their_files(web_app: WebApp, tmp_path: Path) -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    runs = SqlReportRuns(web_app.engine, clock=lambda: now[0])
    period = Period(date(2026, 1, 1), date(2026, 1, 2))
    run = runs.request("sla", ReportFormat.CSV, period, language="en", account_id="a", requested_by="a")
    making = ReportMaker(
        runs, tmp_path / "files", lambda name, scope: build_report(web_app.engine, name, scope), lambda _id: True
    )
    making.make(run.run_id)
    before = list(making.folder.glob("*"))

    now[0] += timedelta(days=31)
    making.make_due()

    assert [file.name for file in before] == [f"{run.run_id}.csv"]
    assert list(making.folder.glob("*")) == []
    assert runs.runs("a") == []
