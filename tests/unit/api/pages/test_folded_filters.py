"""A folded filter says what it filters by: on a phone that line is all of it that is seen."""

import re

import pytest

from tests.web_app import WebApp


def told(page: str) -> str:
    """The line of the page's filter, as it is written into the page."""
    found = re.search(r'<span class="told">(.*?)</span>', page)
    assert found is not None
    return found[1]


LINES = {
    "staff": {
        "/tickets": "Received, In work, Escalated",
        "/tickets?any_status=1": "All",
        "/tickets?status=closed&priority=high&created_from=2026-03-01": "Finished, High, ≥ 2026-03-01",
    },
    "operator": {"/instances": "Active, With incident", "/instances?any_state=1&variable=priority": "priority"},
    "admin": {"/audit": "All", "/audit?actor=ann&since=2026-03-01": "ann, ≥ 2026-03-01"},
}


@pytest.mark.parametrize("role", LINES)
async def test_the_line_names_what_is_chosen(web_app: WebApp, role: str) -> None:
    async with web_app.signed_in(role) as browser:
        lines = {address: told((await browser.get(address)).text) for address in LINES[role]}

    assert lines == LINES[role]


async def test_the_line_is_in_the_readers_language_and_what_was_typed_stays_text(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        page = await browser.get("/tickets?q=<script>&status=closed", headers={"Accept-Language": "ru"})

    assert told(page.text) == "“&lt;script&gt;”, Завершено"
