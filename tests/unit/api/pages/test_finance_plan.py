"""A plan is typed into a sheet: what cannot be read is shown again, what is emptied is planned no longer."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from services.finance import Article, ArticleKind, FinanceDesk, Month, VersionKind
from tests.web_app import Browser, running_web_app

MARCH = Month(2026, 3)
RENT, FEES = "plan|P-1|rent|2026-03", "plan|P-1|fees|2026-03"


@pytest.fixture
async def sheet(tmp_path: Path) -> AsyncIterator[tuple[FinanceDesk, str, Browser]]:
    """Two articles in a draft, and a manager before them."""
    async with running_web_app(tmp_path) as app, app.signed_in("manager") as browser:
        desk = app.services.finance.desk
        desk.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
        desk.ledger.keep_article(Article("fees", "Fees", ArticleKind.EXPENSE))
        version = desk.versions.create("Plan", VersionKind.PLAN, "anna", "")
        yield desk, version.version_id, browser


async def test_an_amount_that_cannot_be_read_is_marked_beside_all_that_was_typed(
    sheet: tuple[FinanceDesk, str, Browser],
) -> None:
    desk, version, browser = sheet

    answer = await browser.post(f"/finance/versions/{version}", {RENT: "a lot", FEES: "12.50", "year": "2026"})

    assert answer.status_code == 422
    assert f'name="{RENT}" value="a lot" aria-invalid="true"' in answer.text
    assert f'name="{FEES}" value="12.50" inputmode' in answer.text
    assert "Nothing was saved: 1 amount cannot be read." in answer.text
    assert desk.versions.amounts(version, [MARCH]) == {}


async def test_an_emptied_cell_plans_nothing(sheet: tuple[FinanceDesk, str, Browser]) -> None:
    desk, version, browser = sheet
    await browser.post(f"/finance/versions/{version}", {RENT: "1 200", FEES: "12.50"})

    await browser.post(f"/finance/versions/{version}", {RENT: "", FEES: "12.50"})

    assert {key: value for key, value in desk.versions.amounts(version, [MARCH]).items() if value} == {
        ("P-1", "fees", MARCH): Decimal("12.50")
    }


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_what_the_sheet_shows_is_read_as_the_same_amount(sheet: tuple[FinanceDesk, str, Browser], language: str) -> None:
    desk, version, browser = sheet
    browser.client.headers["Accept-Language"] = language
    desk.versions.plan(version, {("P-1", "rent", MARCH): Decimal("-1234567.80")}, "anna")
    page = await browser.get(f"/finance/versions/{version}?year=2026")
    shown = page.text.partition(f'name="{RENT}" value="')[2].partition('"')[0]

    await browser.post(f"/finance/versions/{version}", {RENT: shown})

    assert "1234567" not in shown
    assert desk.versions.amounts(version, [MARCH])["P-1", "rent", MARCH] == Decimal("-1234567.80")


async def test_a_draft_is_frozen_from_its_own_page(sheet: tuple[FinanceDesk, str, Browser]) -> None:
    desk, version, browser = sheet
    page = await browser.get(f"/finance/versions/{version}")

    await browser.post(f"/finance/versions/{version}/freeze", {})

    assert f'action="/finance/versions/{version}/freeze"' in page.text
    assert desk.versions.version(version).is_frozen
