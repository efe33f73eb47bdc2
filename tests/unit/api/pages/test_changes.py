"""The pages and REST of changes: who may see, propose and decide, and what they learn."""

from collections.abc import Mapping

import pytest

from services.changes import (
    Author,
    AuthorKind,
    ChangeApplier,
    ChangeSet,
    ItemState,
    NewChangeSet,
    NewItem,
    Requirement,
    SetState,
    Verdict,
)
from tests.web_app import Browser, WebApp

ITEMS = (
    NewItem("crm", "C-1", "phone", "+7 800 <b>", evidence="<script>alert(1)</script>", confidence=0.8),
    NewItem("crm", "C-1", "owner", "boris", confidence=0.7),
)


async def proposed(web_app: WebApp, requirement: Requirement = Requirement.ONE_APPROVAL, author: str = "bot") -> ChangeSet:
    desk = web_app.services.changes.desk
    new = NewChangeSet("Tidy up", Author(AuthorKind.ASSISTANT, author, "m-1"), ITEMS, "asked for")
    change_set = await desk.propose(new)
    return desk.judge(change_set.set_id, {item.item_id: Verdict(requirement, "USUAL") for item in change_set.items})


async def applied(web_app: WebApp) -> ChangeSet:
    change_set = await proposed(web_app, Requirement.AUTOMATIC)
    desk = web_app.services.changes.desk
    for item in change_set.items:
        await ChangeApplier(desk.ledger, desk.targets).apply(item.item_id)
    return desk.ledger.change_set(change_set.set_id)


def records(web_app: WebApp) -> dict[str, dict[str, object]]:
    return web_app.services.changes.desk.targets.by_system["crm"].records


def choices(change_set: ChangeSet, *values: str) -> Mapping[str, str]:
    return {f"decision_{item.item_id}": value for item, value in zip(change_set.items, values, strict=True)}


@pytest.mark.parametrize(("role", "status"), [("staff", 200), ("manager", 200), ("operator", 200), ("designer", 403)])
async def test_changes_are_for_those_who_work_with_tasks(web_app: WebApp, role: str, status: int) -> None:
    change_set = await proposed(web_app)

    async with web_app.signed_in(role) as browser:
        answers = [await browser.get(address) for address in ("/changes", f"/changes/{change_set.set_id}")]

    assert [answer.status_code for answer in answers] == [status, status]


async def test_the_page_shows_both_sides_and_what_speaks_for_it_literally(web_app: WebApp) -> None:
    change_set = await proposed(web_app)

    async with web_app.signed_in("manager") as browser:
        page = (await browser.get(f"/changes/{change_set.set_id}")).text
        listed = (await browser.get("/changes")).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page.split("change-items")[1]
    assert page.count('value="approve" data-choice') == 2
    assert "Tidy up" in listed


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("requirement", list(Requirement))
async def test_every_state_has_a_page_in_both_languages(web_app: WebApp, requirement: Requirement, language: str) -> None:
    change_set = await proposed(web_app, requirement)

    async with web_app.signed_in("manager") as browser:
        address = f"/changes/{change_set.set_id}"
        page = await browser.get(address, headers={"Accept-Language": language})
        dry = await browser.get(f"{address}/dry-run", headers={"Accept-Language": language})

    assert (page.status_code, dry.status_code) == (200, 200)
    assert ("Разница" in page.text) == (language == "ru")


async def test_a_manager_decides_item_by_item(web_app: WebApp) -> None:
    change_set = await proposed(web_app)

    async with web_app.signed_in("manager") as browser:
        form = {**choices(change_set, "approve", "refuse"), "reason": "checked"}
        answer = await browser.post(f"/changes/{change_set.set_id}/decide", form)

    decided = web_app.services.changes.desk.ledger.change_set(change_set.set_id)
    assert answer.status_code == 303
    assert [item.state for item in decided.items] == [ItemState.APPROVED, ItemState.REFUSED]
    assert decided.items[0].decisions[0].person == "manager"
    assert decided.items[0].decisions[0].reason == "checked"


async def test_staff_may_refuse_nothing_into_being_and_approve_nothing(web_app: WebApp) -> None:
    change_set = await proposed(web_app)

    async with web_app.signed_in("staff") as browser:
        answer = await browser.post(f"/changes/{change_set.set_id}/decide", choices(change_set, "approve", ""))
        every = await browser.post(f"/changes/{change_set.set_id}/decide", {"every": "approve"})
        revert = await browser.post(f"/changes/{change_set.set_id}/revert", {})

    assert (answer.status_code, revert.status_code) == (403, 403)
    assert every.status_code == 303
    assert web_app.services.changes.desk.ledger.change_set(change_set.set_id).state is SetState.AWAITING


async def test_the_group_of_approvers_may_approve(web_app: WebApp) -> None:
    change_set = await proposed(web_app)
    account = web_app.account("staff", username="vera", groups=frozenset({"change-approvers"}))

    async with web_app.browser() as browser:
        await browser.sign_in(account.username)
        await browser.post(f"/changes/{change_set.set_id}/decide", {"every": "approve"})

    assert web_app.services.changes.desk.ledger.change_set(change_set.set_id).state is SetState.APPLYING


async def test_four_eyes_hold_on_the_page_too(web_app: WebApp) -> None:
    change_set = await proposed(web_app, Requirement.FOUR_EYES, author="operator")
    ledger = web_app.services.changes.desk.ledger

    async with web_app.signed_in("operator") as author:
        await author.post(f"/changes/{change_set.set_id}/decide", choices(change_set, "approve", ""))
        own = await author.get(f"/changes/{change_set.set_id}")
    after_author = ledger.change_set(change_set.set_id)
    async with web_app.signed_in("manager") as first:
        for _ in range(2):
            await first.post(f"/changes/{change_set.set_id}/decide", choices(change_set, "approve", ""))
    after_first = ledger.change_set(change_set.set_id)

    assert "another person approves it" in own.text
    assert after_author.items[0].approvers == ()
    assert (after_first.items[0].approvers, after_first.items[0].state) == (("manager",), ItemState.AWAITING)


async def test_a_revert_over_somebodys_edit_shows_what_stands_there(web_app: WebApp) -> None:
    change_set = await applied(web_app)
    records(web_app)["C-1"]["phone"] = "by hand"

    async with web_app.signed_in("manager") as browser:
        refused = await browser.post(f"/changes/{change_set.set_id}/revert", {})
        other = await browser.post(f"/changes/{change_set.set_id}/revert", {"item": change_set.items[1].item_id})

    assert refused.status_code == 409
    assert "by hand" in refused.text
    assert "Nothing was overwritten" in refused.text
    assert other.status_code == 303
    assert records(web_app)["C-1"]["phone"] == "by hand"


async def test_a_conflict_is_settled_on_the_page(web_app: WebApp) -> None:
    change_set = await proposed(web_app, Requirement.AUTOMATIC)
    desk = web_app.services.changes.desk
    records(web_app)["C-1"]["phone"] = "by hand"
    item_id = change_set.items[0].item_id
    await ChangeApplier(desk.ledger, desk.targets).apply(item_id)

    async with web_app.signed_in("manager") as browser:
        page = await browser.get(f"/changes/{change_set.set_id}")
        nonsense = await browser.post(f"/changes/{change_set.set_id}/settle", {"settle": f"explode:{item_id}"})
        await browser.post(f"/changes/{change_set.set_id}/settle", {"settle": f"keep:{item_id}"})

    assert "Keep what stands there" in page.text
    assert nonsense.status_code == 422
    assert desk.ledger.item(item_id).state is ItemState.REFUSED


async def call(browser: Browser, method: str, address: str, headers: Mapping[str, str], json: object = None):
    return await browser.client.request(method, f"/api/v1{address}", headers=headers, json=json)


def wanted(**changes: object) -> dict[str, object]:
    items = [{"system": "crm", "record": "C-1", "field": "phone", "after": "7", "confidence": 0.5, **changes}]
    return {"title": "By program", "author_kind": "assistant", "items": items}


async def test_a_program_proposes_and_a_person_decides_through_rest(web_app: WebApp) -> None:
    bot, anna = (
        web_app.bearer(web_app.account("manager", username="bot")),
        web_app.bearer(web_app.account("manager", username="anna")),
    )
    async with web_app.browser() as browser:
        made = await call(browser, "POST", "/changes", bot, {**wanted(), "request_id": "r1"})
        again = await call(browser, "POST", "/changes", bot, {**wanted(), "request_id": "r1"})
        set_id, item_id = made.json()["set_id"], made.json()["items"][0]["item_id"]
        web_app.services.changes.desk.judge(set_id, {item_id: Verdict(Requirement.ONE_APPROVAL)})
        own = await call(browser, "POST", f"/changes/{set_id}/decisions", bot, {"approve": [item_id]})
        dry = await call(browser, "GET", f"/changes/{set_id}/dry-run", anna)
        decided = await call(browser, "POST", f"/changes/{set_id}/decisions", anna, {"approve": [item_id]})
        listed = await call(browser, "GET", "/changes?state=applying", anna)
        timeline = await call(browser, "GET", f"/changes/{set_id}/timeline", anna)

    assert (made.status_code, again.json()["set_id"]) == (201, set_id)
    assert made.json()["items"][0]["before"] == "1"
    assert own.status_code == 409
    assert dry.json()[0]["request"]["headers"]["Idempotency-Key"].startswith(item_id)
    assert decided.json()["items"][0]["state"] == "approved"
    assert [each["set_id"] for each in listed.json()["items"]] == [set_id]
    assert [line["actor"] for line in timeline.json()] == ["anna", "change_policy", "bot"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"record": "C-9"}, 422),
        ({"system": "fax"}, 422),
        ({"confidence": 7}, 422),
        ({"field": ""}, 422),
        ({"system": "variables", "record": "1"}, 403),
        ({"amount": "NaN"}, 422),
    ],
)
async def test_what_cannot_be_proposed_is_refused_with_a_reason(
    web_app: WebApp, changes: dict[str, object], status: int
) -> None:
    headers = web_app.bearer(web_app.account("manager"))

    async with web_app.browser() as browser:
        answer = await call(browser, "POST", "/changes", headers, wanted(**changes))

    assert answer.status_code == status
    assert answer.json()["detail"]


async def test_staff_speaks_for_no_program(web_app: WebApp) -> None:
    headers = web_app.bearer(web_app.account("staff"))

    async with web_app.browser() as browser:
        answer = await call(browser, "POST", "/changes", headers, wanted())
        unknown = await call(browser, "GET", "/changes/nobody", headers)

    assert (answer.status_code, unknown.status_code) == (403, 404)


async def test_rest_names_the_conflicts_of_a_revert(web_app: WebApp) -> None:
    change_set = await applied(web_app)
    records(web_app)["C-1"]["owner"] = "by hand"
    headers = web_app.bearer(web_app.account("manager"))

    async with web_app.browser() as browser:
        answer = await call(browser, "POST", f"/changes/{change_set.set_id}/revert", headers, {})

    assert answer.status_code == 409
    [conflict] = answer.json()["conflicts"]
    assert (conflict["field"], conflict["expected"], conflict["current"]) == ("owner", "boris", "by hand")
