"""A push reaches a real browser: what the channel sends is what Chromium shows, once, and a click is led to our own page.

Between the two stands a browser maker's push service, which no test can be; Chromium's own tool delivers in its place.
"""

from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from services.notifications import Event
from services.notifications.channels import Item, Message
from services.notifications.push_channel import PushChannel, PushKey
from tests.house import House
from tests.notification_rig import LOOPBACK, START, wording

REGISTER = """async () => {
    const worker = await navigator.serviceWorker.register("/static/service-worker.js");
    while (!worker.active) await new Promise((done) => setTimeout(done, 20));
}"""
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.getRegistration("/static/");
    return (await worker.getNotifications()).map((each) => ({ title: each.title, body: each.body, url: each.data.url }));
}"""


def message(number: int, text: str, url: str) -> Message:
    return Message(f"message-{number}", "en", (Item(f"n{number}", Event.TASK_ASSIGNED, "1", text, text, url, START),))


def deliver(browser: CDPSession, base: str, registrations: list[dict], payload: bytes) -> None:
    browser.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": base, "registrationId": registrations[-1]["registrationId"], "data": payload.decode()},
    )


def shown(page: Page, count: int) -> list[dict]:
    """What is shown, when there are so many."""
    page.wait_for_function(f"async () => (await ({SHOWN})()).length >= {count}")
    return page.evaluate(SHOWN)


def test_a_push_is_shown_once_with_its_page(chromium: Browser, running: House, tmp_path: Path) -> None:
    channel = PushChannel(
        key=PushKey.kept_in(tmp_path / "push.pem"), contact="mailto:a@b.example", policy=LOOPBACK, wording=wording(running.web)
    )
    context = chromium.new_context(base_url=running.web)
    context.grant_permissions(["notifications"], origin=running.web)
    page = context.new_page()
    page.goto("/login")
    browser, registrations = context.new_cdp_session(page), []
    browser.on("ServiceWorker.workerRegistrationUpdated", lambda told: registrations.extend(told["registrations"]))
    browser.send("ServiceWorker.enable")
    page.evaluate(REGISTER)

    for payload in (
        channel.payload(message(1, "Printer <burns> · для Анны", f"{running.web}/inbox/1")),
        channel.payload(message(1, "Printer <burns> · для Анны", f"{running.web}/inbox/1")),
        channel.payload(message(2, "Another task", f"{running.web}/inbox/2")),
    ):
        deliver(browser, running.web, registrations, payload)

    found = shown(page, 2)
    assert sorted((each["body"], each["url"]) for each in found) == [
        ("Another task", f"{running.web}/inbox/2"),
        ("Printer <burns> · для Анны", f"{running.web}/inbox/1"),
    ]
    assert all(each["title"] for each in found)
    context.close()
