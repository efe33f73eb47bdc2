"""The built-in CRM's pages: what a person edits is a change set of what this person saw and typed."""

from decimal import Decimal

import pytest

from bootstrap.change_targets import OwnCrmTarget
from services.crm.connectors import Kind
from tests.web_app import WebApp

AQUA = {"name": "Aqua <b>", "email": "info@aqua.example", "phone": "+7 999"}


@pytest.fixture
def crm(web_app: WebApp) -> WebApp:
    web_app.services.changes.desk.targets.by_system["crm"] = OwnCrmTarget(web_app.services.own_crm.edits)
    return web_app


def proposed(web_app: WebApp):
    ledger = web_app.services.changes.desk.ledger
    return [ledger.change_set(each.set_id) for each in ledger.sets().sets]


async def test_a_new_customer_is_listed_and_has_a_page(crm: WebApp) -> None:
    async with crm.signed_in("staff") as browser:
        await browser.get("/crm")
        made = await browser.post("/crm/new/customer", AQUA)
        listed = await browser.get("/crm?text=aqua")
        page = await browser.get("/crm/customer:1")

    assert made.headers["location"] == "/crm/customer:1"
    assert "Aqua &lt;b&gt;" in listed.text
    assert "by hand: staff" in page.text


async def test_an_edit_proposes_what_was_changed_and_nothing_else(crm: WebApp) -> None:
    crm.services.own_crm.create(Kind.CUSTOMER, AQUA, "anna")
    seen = '{"name": "Aqua <b>", "email": "info@aqua.example", "phone": "+7 999"}'

    async with crm.signed_in("staff") as browser:
        await browser.get("/crm/customer:1")
        answer = await browser.post("/crm/customer:1", {**AQUA, "phone": " +7 111 ", "seen": seen})

    [change_set] = proposed(crm)
    assert answer.headers["location"] == f"/changes/{change_set.set_id}"
    assert [(item.field, item.before, item.after) for item in change_set.items] == [("phone", "+7 999", "+7 111")]
    assert (change_set.author.kind, change_set.author.name) == ("person", "staff")


async def test_a_deal_s_amount_tells_the_policy_by_how_much_it_changes(crm: WebApp) -> None:
    crm.services.own_crm.create(Kind.DEAL, {"title": "Pumps", "amount": "1200"}, "anna")
    seen = '{"title": "Pumps", "amount": "1200", "stage": null}'

    async with crm.signed_in("staff") as browser:
        await browser.get("/crm/deal:1")
        await browser.post("/crm/deal:1", {"title": "Pumps", "amount": "25 000,50", "stage": "", "seen": seen})

    [change_set] = proposed(crm)
    [item] = change_set.items
    assert (item.after, item.amount) == ("25000.50", Decimal("23800.50"))


@pytest.mark.parametrize("form", [{"seen": "[" * 5000}, {"seen": "[]"}, {"name": "", "seen": '{"name": "Aqua"}'}])
async def test_a_form_that_cannot_be_is_explained_and_changes_nothing(crm: WebApp, form: dict[str, str]) -> None:
    crm.services.own_crm.create(Kind.CUSTOMER, AQUA, "anna")

    async with crm.signed_in("staff") as browser:
        await browser.get("/crm/customer:1")
        answer = await browser.post("/crm/customer:1", form | {"phone": "1"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert proposed(crm) == []


async def test_a_new_deal_without_a_number_as_its_amount_keeps_what_was_typed(crm: WebApp) -> None:
    async with crm.signed_in("staff") as browser:
        await browser.get("/crm?kind=deal")
        answer = await browser.post("/crm/new/deal", {"title": "Pumps", "amount": "much"})

    assert answer.status_code == 422
    assert 'value="much"' in answer.text
    assert crm.services.own_crm.page(Kind.DEAL).total == 0


async def test_an_edit_of_nothing_and_a_note_sent_twice(crm: WebApp) -> None:
    crm.services.own_crm.create(Kind.CUSTOMER, AQUA, "anna")

    async with crm.signed_in("staff") as browser:
        await browser.get("/crm/customer:1")
        await browser.post(
            "/crm/customer:1", AQUA | {"seen": '{"name": "Aqua <b>", "email": "info@aqua.example", "phone": "+7 999"}'}
        )
        for _twice in range(2):
            await browser.post("/crm/customer:1/notes", {"text": "Called <i>", "request_id": "r1"})
        page = await browser.get("/crm/customer:1")

    assert proposed(crm) == []
    assert page.text.count("staff: Called &lt;i&gt;") == 1


@pytest.mark.parametrize("address", ["/crm/customer:77", "/crm/ticket:1", "/crm/..%2fetc", "/crm?kind=ticket", "/crm?kind=x"])
async def test_what_is_not_there_is_said(crm: WebApp, address: str) -> None:
    async with crm.signed_in("staff") as browser:
        answer = await browser.get(address)

    assert answer.status_code in {404, 422}


async def test_a_change_leads_to_the_record_it_is_about(crm: WebApp) -> None:
    crm.services.own_crm.create(Kind.CUSTOMER, AQUA, "anna")

    async with crm.signed_in("staff") as browser:
        await browser.get("/crm/customer:1")
        seen = '{"name": "Aqua <b>", "email": "info@aqua.example", "phone": "+7 999"}'
        answer = await browser.post("/crm/customer:1", {**AQUA, "phone": "1", "seen": seen})
        page = await browser.get(answer.headers["location"])

    assert 'href="/crm/customer:1"' in page.text
