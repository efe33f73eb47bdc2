"""Related tickets on the page: suggested, merged, parted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.crm import NewTicket
from tests.web_app import Browser, WebApp, running_web_app

TEXT = "The VPN client on my laptop says certificate expired since this morning"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as running:
        running.services.intake.desk.intake(
            [
                NewTicket("mail", "1", TEXT, "VPN", "Anna", "anna@example.com"),
                NewTicket("mail", "2", f"{TEXT}, again", "VPN again", "Anna", "anna@example.com"),
            ]
        )
        running.services.related.related.fill()
        yield running


async def merge(browser: Browser) -> None:
    await browser.get("/tickets/T-2")
    response = await browser.post("/tickets/T-2/merge", {"into": "t-1", "reason": "same letter"})
    assert response.headers["location"] == "/tickets/T-1"


async def test_suggests_a_duplicate(app: WebApp) -> None:
    async with app.signed_in("staff") as browser:
        page = await browser.get("/tickets/T-2")
        panel = await browser.get("/tickets/T-2/related")

    assert 'hx-get="/tickets/T-2/related"' in page.text
    assert "Duplicate?" in panel.text
    assert 'name="into" value="T-1"' in panel.text


async def test_a_merged_ticket_is_closed_and_its_letters_stand_with_the_other(app: WebApp) -> None:
    app.services.tickets.correspondence.note("T-2", "seen on site", author="Boris", request_id="1")
    async with app.signed_in("staff") as browser:
        await merge(browser)
        page = await browser.get("/tickets/T-1")

    assert app.services.intake.ticket("T-2").outcome == "merged into T-1"
    assert "seen on site" in page.text
    assert 'href="/tickets/T-2">T-2</a>' in page.text


async def test_parted_again_it_is_open_as_it_was(app: WebApp) -> None:
    async with app.signed_in("staff") as browser:
        await merge(browser)
        await browser.get("/tickets/T-1/related")
        response = await browser.post("/tickets/T-1/merges/1/undo", {})
        again = await browser.post("/tickets/T-1/merges/1/undo", {})
        page = await browser.get("/tickets/T-1")

    ticket = app.services.intake.ticket("T-2")
    assert response.headers["location"] == "/tickets/T-2"
    assert again.headers["location"] == "/tickets/T-1"
    assert ticket.is_open
    assert (ticket.outcome, ticket.closed_at) == (None, None)
    assert "VPN, again" not in page.text


@pytest.mark.parametrize("into", ["T-2", "T-99", "' or 1=1", "T-99999999999999"])
async def test_a_merge_into_nothing_or_itself_is_refused(app: WebApp, into: str) -> None:
    async with app.signed_in("staff") as browser:
        await browser.get("/tickets/T-2")
        response = await browser.post("/tickets/T-2/merge", {"into": into})

    assert response.headers["location"] == "/tickets/T-2"
    assert app.services.intake.ticket("T-2").is_open
    assert app.services.related.merges.of("T-2") == []
