"""What every page must bear: any account language, any history, and whatever somebody types into the address."""

import pytest

from tests.web_app import Browser, WebApp

ADDRESSES = (
    "/inbox",
    "/inbox?tab=mine&order=due",
    "/inbox?tab=completed&q=con",
    "/instances",
    "/instances?any_state=1",
    "/instances?process=order&version=1&element=reserve&state=ACTIVE&state=INCIDENT",
    "/instances?variable=order_id&value=x&error=boom&started_after=2020-01-01&started_before=2030-01-01",
    "/incidents",
    "/incidents?state=RESOLVED&text=shelf",
    "/processes",
    "/processes/order",
    "/processes/complaint?version=1",
    "/heat-map",
    "/heat-map?process=order&period=week&measure=p95_ms",
    "/heat-map?process=order&period=custom&start=2020-01-01&end=2030-01-01&version=1",
    "/editor",
    "/reports",
    "/notifications",
    "/notifications?unread=1",
    "/notifications/settings",
    "/notifications/log",
    "/notifications/log?state=dead&channel=email",
    "/privacy",
    "/assistant",
    "/classifier",
    "/knowledge",
    "/knowledge?kind=ticket",
    "/knowledge?q=my+laptop+does+not+start",
    "/editor/new/bpmn",
    "/editor/new/dmn",
    "/editor/new/form",
)
HOSTILE = (
    "/inbox?cursor=garbage",
    "/inbox?tab=%00&order=sideways",
    "/inbox/99999999999999999999",
    "/inbox/1",
    "/instances?version=abc",
    "/instances?cursor=garbage",
    "/instances?key=99999999999999999999",
    "/instances?process=order&version=99999999999999999999",
    "/instances?started_before=9999-12-31",
    "/instances?started_after=never",
    "/instances/99999999999999999999",
    "/instances/1",
    "/instances/1/diagram.json",
    "/instances/1/replay.json",
    "/incidents?cursor=..%2f..%2f",
    "/incidents/keys.json?process=" + "x" * 4000,
    "/processes/%22%3E%3Cscript%3E",
    "/processes/order?version=99999999999999999999",
    "/processes/definitions/99999999999999999999/xml",
    "/heat-map?process=order&period=custom&end=9999-12-31",
    "/heat-map?process=nothing",
    "/heat-map/cells.json?version=99999999999999999999",
    "/editor/processes/1",
    "/editor/decisions/99999999999999999999",
    "/editor/drafts/..%2f..%2fetc",
    "/editor/new/exe",
    "/assistant/tasks/99999999999999999999",
    "/assistant/tasks/1",
    "/knowledge/..%2f..%2fpenstock.db",
    "/knowledge/%00",
    "/knowledge?q=%22%20OR%20*%20NEAR(%00",
    "/knowledge?q=%3Cscript%3E",
    "/reports/..%2f..%2fpenstock.db/file",
    "/reports/%00/file",
    "/notifications?before=%00&unread=x",
    "/notifications/0/open",
    "/notifications/log?state=x&channel=y&before=z",
)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("address", ADDRESSES)
async def test_opens_in_both_languages(admin: Browser, address: str, language: str) -> None:
    response = await admin.get(address, headers={"Accept-Language": language})

    assert response.status_code == 200, response.text
    assert f'<html lang="{language}"' in response.text


@pytest.mark.parametrize("address", HOSTILE)
async def test_answers_a_hostile_address_without_an_error_of_its_own(admin: Browser, address: str) -> None:
    response = await admin.get(address)

    assert response.status_code < 500, response.text
    assert "<script>" not in response.text


async def test_every_instance_opens_with_all_its_tabs(admin: Browser, recorded: WebApp) -> None:
    instances = recorded.services.queries.instances(limit=200).items

    answers = [(await admin.get(f"/instances/{each.key}")).status_code for each in instances]

    assert len(answers) > 5
    assert set(answers) == {200}


async def test_a_stranger_is_led_to_the_sign_in(recorded: WebApp) -> None:
    async with recorded.browser() as browser:
        response = await browser.get("/instances")

    assert response.status_code == 303
    assert response.headers["location"].startswith("/login")
