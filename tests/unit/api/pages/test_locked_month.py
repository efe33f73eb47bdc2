"""A locked month refuses every page and every REST operation that writes, naming month, person and lock in one's language."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from services.finance import (
    Article,
    ArticleKind,
    Close,
    FinanceDesk,
    InMemoryUnlockNotifier,
    Month,
    NewPosting,
    Verdict,
    VersionKind,
)
from tests.web_app import Browser, WebApp, running_web_app

MARCH = Month(2026, 3)
CELL = {"project": "P-1", "article": "rent", "month": "2026-03"}
LEDGER = b"Date;Project;Article;Amount\n2026-03-09;Weir;Rent;7\n"


def locked(desk: FinanceDesk) -> Close:
    """A close that anna checked and zoe approved."""
    close = desk.closes.open(MARCH, "anna", 7)
    for project in desk.closes.projects_with_amounts(close.close_id):
        found = desk.closes.collect(close.close_id, project)
        desk.closes.judge(close.close_id, project, found, {each.article_id: (Verdict.ACCEPT, "SMALL") for each in found})
    desk.closes.check(close.close_id, "anna", is_right=True)
    desk.closes.approve(close.close_id, "zoe", is_right=True)
    return desk.closes.lock(close.close_id)


class Books:
    """One posting, a plan and a previewed file in a month that is locked since."""

    def __init__(self, app: WebApp) -> None:
        self.desk = app.services.finance.desk
        self.desk.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
        self.held = self.desk.ledger.post(NewPosting("P-1", "rent", date(2026, 3, 5), Decimal(10), "RUB"), "anna")
        self.version = self.desk.versions.create("Plan", VersionKind.PLAN, "anna", "")
        self.preview = self.desk.imports.preview("march.csv", LEDGER, "anna")
        locked(self.desk)

    @property
    def lock_id(self) -> str:
        lock = self.desk.locks.of(MARCH)
        assert lock is not None
        return lock.lock_id


@asynccontextmanager
async def books(folder: Path) -> AsyncIterator[tuple[WebApp, Books, Browser]]:
    async with running_web_app(folder) as app:
        made = Books(app)
        async with app.signed_in("manager") as browser:
            yield app, made, browser


def pages(made: Books) -> dict[str, tuple[str, dict[str, object], dict[str, object]]]:
    """Every form that writes into a month: its address, its fields, its files."""
    posting = {"project": "P-1", "article": "rent", "booked_on": "2026-03-07", "amount": "5", "currency": "RUB"}
    rates = {"file": ("r.csv", b"2026-03-02;USD;90\n", "text/csv")}
    return {
        "posting": ("/finance/cell/posting", posting, {}),
        "posting removed": (f"/finance/postings/{made.held.posting_id}/remove", CELL, {}),
        "note": ("/finance/cell/note", {**CELL, "text": "late"}, {}),
        "rate by hand": ("/finance/rates/manual", {"month": "2026-03", "currency": "USD", "rate": "90", "reason": "x"}, {}),
        "daily rates": ("/finance/rates/daily", {"month": "2026-03"}, rates),
        "plan": (f"/finance/versions/{made.version.version_id}", {"plan|P-1|rent|2026-03": "5"}, {}),
        "explanation": ("/finance/close/2026-03/explain", {"project": "P-1", "article": "rent", "text": "late"}, {}),
    }


async def said_by(browser: Browser, answer: httpx.Response) -> str:
    """What the person reads: at once, or on the page they are led to."""
    if answer.is_redirect:
        answer = await browser.get(answer.headers["location"])
    return answer.text


@pytest.mark.parametrize(("language", "words"), [("en", "2026-03 is locked: zoe locked it"), ("ru", "2026-03 закрыт")])
async def test_every_form_is_refused_and_changes_nothing(tmp_path: Path, language: str, words: str) -> None:
    async with books(tmp_path) as (_app, made, browser):
        browser.client.headers["Accept-Language"] = language
        for name, (address, form, files) in pages(made).items():
            answer = await browser.post(address, form, files=files or None)

            text = await said_by(browser, answer)
            assert words in text, name
            assert made.lock_id in text, name
        assert [str(each.amount) for each in made.desk.ledger.postings(MARCH)] == ["10.00"]
        assert not made.desk.notes.of(("P-1", "rent", MARCH))


async def test_a_file_that_was_previewed_before_the_lock_is_not_booked(tmp_path: Path) -> None:
    async with books(tmp_path) as (_app, made, browser):
        address = f"/finance/imports/{made.preview.import_id}"

        page = await browser.get(address)
        await browser.post(f"{address}/accept", {"only_good": ""})
        await browser.post(f"{address}/accept", {"only_good": "yes"})

        assert f"This month is locked (2026-03, zoe, #{made.lock_id})" in page.text
        assert len(made.desk.ledger.postings(MARCH)) == 1


async def test_every_operation_of_rest_is_refused(tmp_path: Path) -> None:
    async with books(tmp_path) as (app, made, browser):
        headers = app.bearer(app.account("manager", username="robot"))
        new = {"project_id": "P-1", "article_id": "rent", "booked_on": "2026-03-07", "amount": "5", "currency": "RUB"}

        posted = await browser.client.post("/api/v1/finance/postings", json=new, headers=headers)
        accepted = await browser.client.post(
            f"/api/v1/finance/imports/{made.preview.import_id}/accept", json={"only_good": False}, headers=headers
        )

        assert (posted.status_code, accepted.status_code) == (409, 409)
        assert "2026-03 is locked: zoe locked it" in posted.json()["detail"]
        assert made.lock_id in posted.json()["detail"]
        assert len(made.desk.ledger.postings(MARCH)) == 1


async def test_who_asks_to_unlock_a_month_is_heard_by_those_who_may_agree(tmp_path: Path) -> None:
    async with books(tmp_path) as (app, made, manager):
        await manager.get("/finance/close/2026-03")

        await manager.post("/finance/close/2026-03/unlock", {"step": "ask", "reason": "An invoice came late."})

        notifier = app.services.finance.notifier
    assert isinstance(notifier, InMemoryUnlockNotifier)
    assert [(lock.lock_id, lock.unlock_reason) for lock in notifier.asked] == [(made.lock_id, "An invoice came late.")]


@pytest.mark.parametrize(("language", "told"), [("en", "3 rows, Date:"), ("ru", "3 строки, Дата:")])
async def test_what_is_wrong_with_many_rows_is_said_once_with_their_number(tmp_path: Path, language: str, told: str) -> None:
    rows = [f"2026-03-{day:02};Weir;Rent;7" for day in (9, 10, 11)]
    ledger = "\n".join(["Date;Project;Article;Amount", *rows, "2026-04-01;Nowhere;Rent;7", ""])

    async with books(tmp_path) as (_app, made, browser):
        found = made.desk.imports.preview("spring.csv", ledger.encode(), "anna")
        browser.client.headers["Accept-Language"] = language
        page = (await browser.get(f"/finance/imports/{found.import_id}")).text

    assert told in page
    assert page.count(made.lock_id) == 1
    assert page.count('aria-describedby="repeated-1"') == 3
    assert page.count('class="why"') == 1
