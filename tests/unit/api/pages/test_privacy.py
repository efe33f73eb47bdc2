"""The privacy page: what is kept how long, and one customer's data."""

import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from bootstrap.privacy import kept
from services.crm import NewTicket, SqlTicketDesk
from settings import Settings
from tests.web_app import WebApp, running_web_app

ANNA = "anna.petrova@example.org"


def ticket(app: WebApp, number: int, *, tenant_id: str = "<default>", status: str = "closed") -> None:
    new = NewTicket("shop", str(number), "My scanner is broken", "Broken", "Anna Petrova", ANNA)
    SqlTicketDesk(app.engine, tenant_id=tenant_id).intake([new])
    with app.engine.begin() as connection:
        connection.execute(
            text("UPDATE ticket SET status = :status WHERE external_id = :id"), {"status": status, "id": str(number)}
        )


def tickets_of(app: WebApp) -> list[tuple[str, str]]:
    with app.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT tenant_id, customer_name FROM ticket ORDER BY number"))]


async def test_it_says_how_long_each_kind_is_kept_and_by_which_setting(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("admin") as browser:
        page = (await browser.get("/privacy")).text

    assert "90 days" in page
    assert "PENSTOCK_NOTIFICATION_DAYS" in page
    assert "12 hours" in page


def test_what_is_kept_follows_the_settings(tmp_path: Path) -> None:
    plain = {each.kind: each for each in kept(Settings(data_dir=tmp_path))}
    other = {
        each.kind: each
        for each in kept(Settings(data_dir=tmp_path, record_retention_hours=-1, notification_days=5, backup_dir=tmp_path))
    }

    assert (plain["records"].how_long, "backups" in plain) == (timedelta(days=30), False)
    assert (other["records"].how_long, other["notifications"].how_long) == (None, timedelta(days=5))
    assert other["backups"].count == 14


async def test_a_look_says_what_would_go_and_changes_nothing(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("admin") as browser:
        ticket(app, 1)
        ticket(app, 2, status="new")
        page = await browser.post("/privacy/preview", {"address": ANNA.upper()})
        nobody = await browser.post("/privacy/preview", {"address": "nobody@example.org"})
        wrong = await browser.post("/privacy/preview", {"address": "anna"})

        left = tickets_of(app)
    assert page.status_code == 200
    assert re.search(r"Tickets</span><span class=\"value\">1<", page.text)
    assert "T-2" in page.text
    assert "Nothing is kept about nobody@example.org" in nobody.text
    assert wrong.status_code == 422
    assert left == [("<default>", "Anna Petrova")] * 2


async def test_erasing_wants_the_address_twice_and_leaves_other_tenants_alone(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("admin") as browser:
        ticket(app, 1)
        ticket(app, 2, tenant_id="acme")
        once = await browser.post("/privacy/erase", {"address": ANNA, "typed": "anna@example.org"})
        after_once = tickets_of(app)
        twice = await browser.post("/privacy/erase", {"address": ANNA, "typed": f" {ANNA.title()}"})

        left = tickets_of(app)
    assert (once.status_code, "Nothing was erased" in once.text) == (422, True)
    assert after_once == [("<default>", "Anna Petrova"), ("acme", "Anna Petrova")]
    assert (twice.status_code, "It cannot be taken back" in twice.text) == (200, True)
    assert left == [("<default>", ""), ("acme", "Anna Petrova")]


async def test_all_of_it_comes_as_a_file_that_nobody_keeps(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("admin") as browser:
        ticket(app, 1)
        answer = await browser.post("/privacy/export", {"address": ANNA})

    assert answer.headers["cache-control"] == "no-store"
    assert [each["subject"] for each in answer.json()["tickets"]] == ["Broken"]


async def test_it_is_for_administrators_alone(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("operator") as browser:
        page = await browser.get("/privacy")

    assert page.status_code == 403


async def test_what_was_erased_is_told_in_the_readers_language_on_every_page(web_app: WebApp) -> None:
    [ticket] = SqlTicketDesk(web_app.engine).intake([NewTicket("desk", "1", "(erased)", "(erased)")])

    async with web_app.signed_in("staff") as browser:
        pages = [
            (await browser.get(address, headers={"Accept-Language": "ru"})).text
            for address in (f"/tickets/{ticket.ticket_id}", "/tickets")
        ]

    assert [("(стёрто)" in page, "(erased)" in page) for page in pages] == [(True, False)] * 2
