"""The page of connected CRMs, and the address where their webhooks come in."""

import re
import time
from urllib.parse import parse_qs, urlsplit

from services.crm.connectors import Kind
from services.crm.sync import HintBox
from tests.servers.amocrm import AmoCrmServer
from tests.servers.bitrix24 import event
from tests.servers.chatwoot import signed
from tests.servers.http import serving
from tests.web_app import Browser, WebApp

FORM: dict[str, object] = {
    "name": "sales",
    "system": "bitrix24",
    "base_url": "https://example.bitrix24.com",
    "key": "app-7",
    "secret": "client-secret",
    "hook_secret": "hook secret",
}
HOOK = re.compile(r'<code class="wrap">http://penstock\.test(/api/v1/crm-hooks/[^<]+)</code>')


async def connected(operator: Browser, **changes: object) -> str:
    """Add a connection as a person does; returns where its webhooks come to."""
    await operator.get("/connections")
    answer = await operator.post("/connections", {**FORM, **changes})
    assert answer.status_code == 201
    found = HOOK.search(answer.text)
    assert found is not None
    return found[1]


async def test_a_connection_is_added_and_its_secrets_are_never_shown(web_app: WebApp) -> None:
    async with web_app.signed_in("operator") as operator:
        await connected(operator)
        page = await operator.get("/connections")

    assert "example.bitrix24.com" in page.text
    assert "client-secret" not in page.text
    assert HOOK.search(page.text) is None


async def test_a_name_that_is_taken_is_refused(web_app: WebApp) -> None:
    async with web_app.signed_in("operator") as operator:
        await connected(operator)
        answer = await operator.post("/connections", FORM)

    assert answer.status_code == 422
    assert len(web_app.services.connections.book.all()) == 1


async def test_staff_may_not_see_connections(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as staff:
        answer = await staff.get("/connections")

    assert answer.status_code == 403


async def test_reading_now_pausing_and_removing_are_buttons(web_app: WebApp) -> None:
    book = web_app.services.connections.book
    async with web_app.signed_in("operator") as operator:
        await connected(operator)
        await operator.post("/connections/sales/sync", {})
        await operator.post("/connections/sales/pause", {})
        is_paused = book.named("sales").is_paused
        await operator.post("/connections/sales/resume", {})
        is_resumed = not book.named("sales").is_paused
        await operator.post("/connections/sales/remove", {})

    assert (is_paused, is_resumed, book.all()) == (True, True, [])


async def test_a_true_webhook_is_a_hint_and_the_same_twice_is_one(web_app: WebApp) -> None:
    async with web_app.signed_in("operator") as operator:
        address = await connected(operator)
    async with web_app.browser() as stranger:
        form = {"content-type": "application/x-www-form-urlencoded"}
        body = event("deal", 7, "hook secret")
        answers = [await stranger.client.post(address, content=body, headers=form) for _ in range(2)]

    connection = web_app.services.connections.book.named("sales")
    assert [answer.status_code for answer in answers] == [204, 204]
    assert [each[:2] for each in HintBox(web_app.engine, connection.connection_id).waiting()] == [(Kind.DEAL, "7")]


async def test_webhooks_of_others_are_refused_whatever_part_is_wrong(web_app: WebApp) -> None:
    async with web_app.signed_in("operator") as operator:
        address = await connected(operator)
        chat = await connected(operator, name="support", system="chatwoot", base_url="https://chat.example/accounts/1")
    body = b'{"event":"conversation_created","id":5}'
    async with web_app.browser() as stranger:
        wrong_token = await stranger.client.post(address, content=event("deal", 7, "other"))
        wrong_secret = await stranger.client.post(address[:-3] + "abc", content=event("deal", 7, "hook secret"))
        unknown = await stranger.client.post("/api/v1/crm-hooks/none/none", content=b"")
        replayed = await stranger.client.post(chat, content=body, headers=signed("hook secret", body, time.time() - 900))
        true = await stranger.client.post(chat, content=body, headers=signed("hook secret", body, time.time()))

    codes = [answer.status_code for answer in (wrong_token, wrong_secret, unknown, replayed, true)]
    assert codes == [403, 404, 404, 403, 204]


async def test_who_agrees_at_the_system_comes_back_and_is_connected(web_app: WebApp) -> None:
    room = web_app.services.connections
    with serving(AmoCrmServer()) as server:
        async with web_app.signed_in("operator") as operator:
            await connected(operator, system="amocrm", base_url=server.base_url)
            leads = (await operator.get("/connections/sales/agree")).headers["location"]
            state = parse_qs(urlsplit(leads).query)["state"][0]
            await operator.get("/connections/agreed", params={"state": state, "code": "code-1"})
        crm = room.factory.crm(room.book.named("sales").connection_id, "amocrm", server.base_url)

        assert crm.customers is not None
        assert crm.customers.count() == 0
        assert server.requests[0].json()["code"] == "code-1"


async def test_a_consent_that_was_not_asked_for_here_connects_nothing(web_app: WebApp) -> None:
    with serving(AmoCrmServer()) as server:
        async with web_app.signed_in("operator") as operator:
            await connected(operator, system="amocrm", base_url=server.base_url)
            leads = (await operator.get("/connections/sales/agree")).headers["location"]
        state = parse_qs(urlsplit(leads).query)["state"][0]
        async with web_app.signed_in("admin") as other:
            await other.get("/connections/agreed", params={"state": state, "code": "code-1"})
            await other.get("/connections/agreed", params={"state": "forged", "code": "code-1"})

        assert server.requests == []
