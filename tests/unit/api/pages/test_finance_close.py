"""A close that is sent back: with a note that says what to mend, and explanations that can be mended."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.finance import Article, ArticleKind, CloseState, FinanceDesk, Month, NewPosting, Verdict
from tests.web_app import Browser, running_web_app

MARCH = Month(2026, 3)
PAGE = "/finance/close/2026-03"
RENT = {"project": "P-1", "article": "rent"}


@pytest.fixture
async def closing(tmp_path: Path) -> AsyncIterator[tuple[FinanceDesk, Browser]]:
    """A close that waits for its check, every deviation explained."""
    async with running_web_app(tmp_path) as app, app.signed_in("manager") as browser:
        desk = app.services.finance.desk
        desk.ledger.keep_article(Article("rent", "Rent", ArticleKind.EXPENSE))
        desk.ledger.post(NewPosting("P-1", "rent", date(2026, 3, 5), Decimal(10), "RUB"), "anna")
        close = desk.closes.open(MARCH, "anna", 7)
        for project in desk.closes.projects_with_amounts(close.close_id):
            found = desk.closes.collect(close.close_id, project)
            verdicts = {each.article_id: (Verdict.EXPLAIN, "BEYOND_TOLERANCE") for each in found}
            desk.closes.judge(close.close_id, project, found, verdicts)
        desk.closes.explain(close.close_id, "P-1", "rent", "It was due.", "anna")
        yield desk, browser


def state_of(desk: FinanceDesk) -> CloseState:
    close = desk.closes.latest(MARCH)
    assert close is not None
    return close.state


async def test_a_close_is_sent_back_only_with_a_note(closing: tuple[FinanceDesk, Browser]) -> None:
    desk, browser = closing

    await browser.post(f"{PAGE}/check", {"decision": "back", "note": " "})
    without = state_of(desk)
    await browser.post(f"{PAGE}/check", {"decision": "back", "note": "Which flat is this?"})

    assert without is CloseState.COLLECTING
    assert state_of(desk) is CloseState.RETURNED


async def test_an_explanation_can_be_changed_until_it_is_checked(closing: tuple[FinanceDesk, Browser]) -> None:
    desk, browser = closing
    before = await browser.get(PAGE)

    await browser.post(f"{PAGE}/explain", RENT | {"text": "The flat in Riga."})
    (changed,) = desk.closes.deviations(MARCH)
    await browser.post(f"{PAGE}/check", {"decision": "right"})
    checked = await browser.get(PAGE)

    assert "Change the explanation" in before.text
    assert changed.explanation == "The flat in Riga."
    assert "Change the explanation" not in checked.text
