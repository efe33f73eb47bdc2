"""Articles of income and expense, kept from the page on versions."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.finance import Article, ArticleKind, NewPosting
from tests.web_app import Browser, WebApp, running_web_app

SALES = {"article_id": "sales", "name": "Sales", "kind": "income"}


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[tuple[WebApp, Browser]]:
    async with running_web_app(tmp_path) as app, app.signed_in("manager") as browser:
        yield app, browser


async def test_the_dialog_adds_an_article(keeping: tuple[WebApp, Browser]) -> None:
    app, browser = keeping

    answer = await browser.post("/finance/articles", SALES)

    assert answer.headers["location"] == "/finance/versions"
    assert app.services.finance.desk.ledger.articles() == [Article("sales", "Sales", ArticleKind.INCOME, 0)]


async def test_a_renamed_article_keeps_its_place(keeping: tuple[WebApp, Browser]) -> None:
    app, browser = keeping
    await browser.post("/finance/articles", SALES)
    await browser.post("/finance/articles", {"article_id": "fees", "name": "Fees", "kind": "income"})

    await browser.post("/finance/articles", SALES | {"name": "Revenue"})

    assert [each.name for each in app.services.finance.desk.ledger.articles()] == ["Revenue", "Fees"]


async def test_an_article_with_postings_keeps_its_kind_and_the_page_says_why(keeping: tuple[WebApp, Browser]) -> None:
    app, browser = keeping
    await browser.post("/finance/articles", SALES)
    posting = NewPosting("P-1", "sales", date(2026, 3, 5), Decimal(10), "RUB")
    app.services.finance.desk.ledger.post(posting, "anna")

    await browser.post("/finance/articles", SALES | {"kind": "expense"})
    page = await browser.get("/finance/versions")

    assert "make another article instead" in page.text
