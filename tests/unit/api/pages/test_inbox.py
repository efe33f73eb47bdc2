"""Whose tasks the inbox shows, and who may decide them."""

import re

import pytest

from history.queries import UserTaskFilter
from tests.web_app import WebApp

# Of the recorded tasks one is for couriers and the office and is ann's, the other is for anybody.
FOR_COURIERS, FOR_ANYBODY = "confirm", "apologize"


def key_of(app: WebApp, element_id: str) -> int:
    return app.services.queries.user_tasks(UserTaskFilter(element_id=element_id)).items[0].key


def cards(text: str) -> set[int]:
    return {int(key) for key in re.findall(r'id="card-(\d+)"', text)}


async def test_staff_see_the_tasks_of_their_groups_and_those_for_anybody(recorded: WebApp) -> None:
    recorded.account("staff", username="cleo", groups=frozenset({"couriers"}))
    recorded.account("staff", username="dan", groups=frozenset({"garden"}))
    seen = {}
    for name in ("cleo", "dan"):
        async with recorded.browser() as browser:
            await browser.sign_in(name)
            seen[name] = cards((await browser.get("/inbox")).text)

    assert seen["cleo"] == {key_of(recorded, FOR_COURIERS), key_of(recorded, FOR_ANYBODY)}
    assert seen["dan"] == {key_of(recorded, FOR_ANYBODY)}


async def test_a_task_of_other_people_does_not_exist_for_staff(recorded: WebApp) -> None:
    recorded.account("staff", username="dan", groups=frozenset({"garden"}))
    task = key_of(recorded, FOR_COURIERS)
    async with recorded.browser() as browser:
        await browser.sign_in("dan")

        page, form = await browser.get(f"/inbox/{task}"), await browser.get(f"/inbox/{task}/form.json")

    assert page.status_code == 404
    assert form.status_code == 404


async def test_only_who_holds_a_task_completes_it(recorded: WebApp) -> None:
    recorded.account("staff", username="cleo", groups=frozenset({"couriers"}))
    task = key_of(recorded, FOR_COURIERS)
    async with recorded.browser() as browser:
        await browser.sign_in("cleo")

        response = await browser.post(
            f"/inbox/{task}/complete",
            json={"variables": {}},
            headers={"X-CSRF-Token": browser.csrf_token, "Accept": "application/json"},
        )

    assert response.status_code == 409
    assert "assigned to ann" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/inbox/{task}/complete", "/api/v1/user-tasks/{task}/completion"])
async def test_a_task_nobody_claimed_is_completed_by_nobody_on_any_way_in(recorded: WebApp, path: str) -> None:
    task = key_of(recorded, FOR_ANYBODY)
    async with recorded.signed_in("staff") as browser:
        response = await browser.post(
            path.format(task=task),
            json={"variables": {}},
            headers={"X-CSRF-Token": browser.csrf_token, "Accept": "application/json"},
        )

    assert response.status_code == 409
    assert "nobody's yet: claim it first" in response.json()["detail"]


async def test_a_gateway_that_is_away_is_told_as_such_and_the_task_stays(recorded: WebApp) -> None:
    task = key_of(recorded, FOR_ANYBODY)
    async with recorded.signed_in("staff") as browser:
        await browser.get("/inbox")

        response = await browser.post(f"/inbox/{task}/claim", {})
        page = await browser.get(response.headers["location"])

    assert response.status_code == 303
    assert "This was not done." in page.text
    assert task in cards(page.text)


async def test_two_people_learn_that_they_look_at_the_same_task(recorded: WebApp) -> None:
    task = key_of(recorded, FOR_ANYBODY)
    for name in ("ann", "bob"):
        recorded.account("staff", username=name)
    async with recorded.browser() as first, recorded.browser() as second:
        await first.sign_in("ann")
        await second.sign_in("bob")

        before = await first.get(f"/inbox/{task}")
        after = await second.get(f"/inbox/{task}")

    assert "looked at this task" not in before.text
    assert "ann looked at this task" in after.text
