"""The pages of notifications: the bell, what one wants to hear of, and the log for operators."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from starlette.routing import Match

from services.identity import Account
from services.notifications import ChannelName, DigestPace, Event, InMemoryDirectory, Mode, Person, SqlNotifications, person
from services.notifications.outbox import SqlOutbox
from services.notifications.wording import SUBJECT_PATHS, subject_path
from tests.web_app import WebApp

VALUES = {"target": "reply", "due_at": datetime(2026, 11, 20, 12, tzinfo=UTC), "summary": "<script>alert(1)</script>"}


def tell(web_app: WebApp, account: Account, request_id: str = "1", email: str = "") -> None:
    directory = InMemoryDirectory((Person(account.account_id, account.username, email=email),))
    telling = SqlNotifications(web_app.engine, directory)
    telling.notify(Event.SLA_BREACHED, [person(account.username)], "instance:7", VALUES, request_id)


def addresses_of(web_app: WebApp, account: Account):
    return web_app.services.notifications.addresses.of(account.account_id)


def code_of(web_app: WebApp) -> str:
    with web_app.engine.connect() as connection:
        told = connection.exec_driver_sql("""SELECT "values" FROM notification WHERE event = 'address_check'""").scalars().all()
    return re.search(r"\d{6}", told[-1])[0]


@pytest.mark.parametrize("kind", SUBJECT_PATHS)
def test_what_a_notification_is_about_has_a_page(web_app: WebApp, kind: str) -> None:
    path = subject_path(f"{kind}:{'2026-10' if kind == 'month' else '7'}")

    page = {"type": "http", "path": path, "method": "GET", "headers": []}
    assert any(route.matches(page)[0] is Match.FULL for route in web_app.app.routes), path


async def test_the_bell_counts_what_is_unread_and_following_one_reads_it(web_app: WebApp) -> None:
    account = web_app.account("operator", username="ann")
    tell(web_app, account)
    async with web_app.browser() as browser:
        await browser.sign_in("ann")
        before = await browser.get("/notifications/bell")
        page = await browser.get("/notifications")
        address = re.search(r"/notifications/[0-9a-f]{32}/open", page.text)[0]
        followed = await browser.get(address)
        after = await browser.get("/notifications/bell")

    assert ">1</span>" in before.text
    assert "instance 7" not in page.text
    assert "7: the reply is overdue" in page.text
    assert "<script>alert" not in page.text
    assert (followed.status_code, followed.headers["location"]) == (303, "/instances/7")
    assert ">1</span>" not in after.text


async def test_everything_is_marked_as_read_at_once(web_app: WebApp) -> None:
    account = web_app.account("staff", username="ann")
    for number in range(3):
        tell(web_app, account, str(number))
    async with web_app.browser() as browser:
        await browser.sign_in("ann")
        await browser.get("/notifications")
        await browser.post("/notifications/read-all", {})
        unread = await browser.get("/notifications?unread=1")

    assert "Nothing new" in unread.text


async def test_nobody_reads_the_notifications_of_another(web_app: WebApp) -> None:
    tell(web_app, web_app.account("staff", username="ann"))
    [told] = web_app.services.notifications.inbox.page(web_app.identities.account_named("ann").account_id)
    async with web_app.signed_in("operator") as browser:
        answers = [
            (await browser.get(f"/notifications/{told.notification_id}/open")).status_code,
            (await browser.post(f"/notifications/{told.notification_id}/read", {})).status_code,
        ]

    assert answers == [404, 404]


async def test_the_matrix_is_kept_as_it_was_chosen(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        form = {"task_assigned.email": "digest", "sla_breached.email": "off", "sla_breached.telegram": "on"}
        await browser.get("/notifications/settings")
        saved = await browser.post("/notifications/settings/preferences", form)
    wishes = web_app.services.notifications.wishes.wishes(web_app.identities.account_named("staff").account_id)

    assert saved.status_code == 303
    assert wishes.mode(Event.TASK_ASSIGNED, ChannelName.EMAIL) is Mode.DIGEST
    assert wishes.mode(Event.SLA_BREACHED, ChannelName.EMAIL) is Mode.OFF
    assert wishes.mode(Event.SLA_BREACHED, ChannelName.TELEGRAM) is Mode.NOW
    assert wishes.mode(Event.TASK_ASSIGNED, ChannelName.TELEGRAM) is Mode.OFF
    assert wishes.mode(Event.ESCALATED, ChannelName.EMAIL) is Mode.NOW


async def test_quiet_hours_and_digest_are_kept(web_app: WebApp) -> None:
    form = {"zone": "Europe/Berlin", "quiet_from": "22:00", "quiet_to": "07:00", "digest": "hourly", "digest_at": "08:30"}
    async with web_app.signed_in("staff") as browser:
        await browser.get("/notifications/settings")
        await browser.post("/notifications/settings/times", form)
        page = await browser.get("/notifications/settings")
    profile = web_app.services.notifications.wishes.wishes(web_app.identities.account_named("staff").account_id).profile

    assert (profile.zone_name, str(profile.quiet_from), profile.digest) == ("Europe/Berlin", "22:00:00", DigestPace.HOURLY)
    assert 'value="22:00"' in page.text


@pytest.mark.parametrize("wrong", [{"zone": "Mars/Base"}, {"quiet_from": "22:00", "quiet_to": ""}, {"quiet_from": "25:00"}])
async def test_times_that_make_no_sense_are_refused(web_app: WebApp, wrong: dict[str, str]) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.get("/notifications/settings")
        answer = await browser.post("/notifications/settings/times", {"zone": "UTC", **wrong})

    assert answer.status_code == 422


async def test_an_address_is_proven_by_the_code_it_gets(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.get("/notifications/settings")
        await browser.post("/notifications/settings/email", {"email": "home@example.com"})
        account = web_app.identities.account_named("staff")
        [pending] = addresses_of(web_app, account)
        where = f"/notifications/settings/addresses/{pending.address_id}"
        code = code_of(web_app)
        wrong = await browser.post(f"{where}/confirm", {"code": f"{(int(code) + 1) % 1_000_000:06d}"})
        right = await browser.post(f"{where}/confirm", {"code": code})
        bell = await browser.get("/notifications")
        [proven] = addresses_of(web_app, account)
        await browser.post(f"{where}/test", {})
        await browser.post(f"{where}/remove", {})

    assert not pending.is_ready
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert proven.is_ready
    assert code not in bell.text
    assert addresses_of(web_app, account) == []


async def test_nobody_touches_the_addresses_of_another(web_app: WebApp) -> None:
    account = web_app.account("staff", username="ann")
    web_app.services.notifications.addresses.add_webhook(account.account_id, "https://example.com/hook")
    [mine] = addresses_of(web_app, account)
    async with web_app.signed_in("operator") as browser:
        await browser.get("/notifications/settings")
        where = f"/notifications/settings/addresses/{mine.address_id}"
        answers = [(await browser.post(f"{where}/{step}", {"code": "1"})).status_code for step in ("test", "remove", "confirm")]
        others = await browser.post(f"/notifications/log/webhooks/{mine.address_id}/remove", {})

    assert answers == [404, 404, 422]
    assert others.status_code == 404
    assert len(addresses_of(web_app, account)) == 1


async def test_the_secret_of_a_webhook_is_shown_once(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.get("/notifications/settings")
        added = await browser.post("/notifications/settings/webhook", {"url": "https://example.com/hook"})
        again = await browser.get("/notifications/settings")

    assert "whsec_" in added.text
    assert "whsec_" not in again.text
    assert "https://example.com/hook" in again.text


async def test_a_telegram_chat_is_linked_by_a_code(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        await browser.get("/notifications/settings")
        page = await browser.post("/notifications/settings/telegram", {})

    code = re.search(r"/start ([\w-]{20,64})<", page.text)[1]
    with web_app.engine.begin() as connection:
        redeemed = web_app.services.notifications.addresses.book.redeem(connection, code)
    assert redeemed == web_app.identities.account_named("staff").account_id


async def test_a_browser_that_sends_no_real_keys_is_refused(web_app: WebApp) -> None:
    async with web_app.signed_in("staff") as browser:
        sent = {"endpoint": "https://push.example/1", "p256dh": "x", "auth": "y"}
        headers = {"X-CSRF-Token": browser.csrf_token, "Accept": "application/json"}
        answer = await browser.post("/notifications/settings/push", json=sent, headers=headers)

    assert answer.status_code == 422
    assert "push subscription" in answer.json()["detail"]


@pytest.mark.parametrize("role", ["staff", "manager", "designer"])
async def test_the_log_is_for_operators(web_app: WebApp, role: str) -> None:
    async with web_app.signed_in(role) as browser:
        assert (await browser.get("/notifications/log")).status_code == 403
        assert (await browser.post("/notifications/log/requeue-all", {})).status_code == 403
        assert (await browser.post("/notifications/log/webhooks", {"url": "https://example.com/"})).status_code == 403


async def test_an_operator_sees_why_and_sends_again(web_app: WebApp) -> None:
    account = web_app.account("staff", username="ann")
    tell(web_app, account, email="ann@example.com")
    outbox = SqlOutbox(web_app.engine, lambda: datetime.now(UTC) + timedelta(seconds=1))
    [batch] = outbox.claim(ChannelName.EMAIL, 1)
    outbox.mark_dead(batch, "the mail server answered 550")
    async with web_app.signed_in("operator") as browser:
        log = await browser.get("/notifications/log?state=dead")
        await browser.post(f"/notifications/log/{batch.ids[0]}/requeue", {})
        after = await browser.get("/notifications/log?state=dead")
        again = await browser.post(f"/notifications/log/{batch.ids[0]}/requeue", {})

    assert "the mail server answered 550" in log.text
    assert "ann@example.com" not in log.text
    assert "550" not in after.text.partition("<tbody>")[2]
    assert again.status_code == 404


async def test_a_webhook_of_the_installation_is_added_and_removed(web_app: WebApp) -> None:
    async with web_app.signed_in("operator") as browser:
        await browser.get("/notifications/log")
        added = await browser.post("/notifications/log/webhooks", {"url": "https://example.com/all", "event": "escalated"})
        refused = await browser.post("/notifications/log/webhooks", {"url": "not an address"})
        unknown = await browser.post("/notifications/log/webhooks", {"url": "https://example.com/", "event": "nonsense"})
        [webhook] = web_app.services.notifications.addresses.of("")
        removed = await browser.post(f"/notifications/log/webhooks/{webhook.address_id}/remove", {})

    assert "whsec_" in added.text
    assert webhook.events == ("escalated",)
    assert (refused.status_code, unknown.status_code, removed.status_code) == (422, 422, 303)
    assert web_app.services.notifications.addresses.of("") == []
