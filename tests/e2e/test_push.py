"""A push reaches a real browser: what the channel sends is what Chromium shows, once, and a click is led to our own page.

Between the two stands a browser maker's push service, which no test can be; Chromium's own tool delivers in its place.
"""

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, CDPSession, Page, expect

from services.notifications import Event
from services.notifications.channels import Item, Message
from services.notifications.push_channel import PushChannel, PushKey
from tests.house import House
from tests.notification_rig import LOOPBACK, START, wording

SUBSCRIBED = "SELECT channel, count(*) FROM notification_address WHERE channel = 'push' GROUP BY 1"
REGISTER = """async () => {
    const worker = await navigator.serviceWorker.register("/static/service-worker.js");
    while (!worker.active) await new Promise((done) => setTimeout(done, 20));
}"""
SHOWN = """async () => {
    const worker = await navigator.serviceWorker.getRegistration("/static/");
    return (await worker.getNotifications()).map((each) => ({ title: each.title, body: each.body, url: each.data.url }));
}"""

# What a browser maker's push service answers a subscription with, which Chromium would ask over the net. The page asks it for
# one with our key, as it asks the real one.
SERVICE = """
    let kept = null;
    PushManager.prototype.getSubscription = async () => kept;
    PushManager.prototype.subscribe = async (options) => {
        if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("no key of 65 bytes");
        kept = { toJSON: () => ({ endpoint: "https://93.184.216.34/push/abc", keys: { p256dh: "%s", auth: "%s" } }) };
        return kept;
    };
"""


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
        key=PushKey.of(PushKey.fresh()), contact="mailto:a@b.example", policy=LOOPBACK, wording=wording(running.web)
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


def test_a_browser_is_notified_once_its_owner_agrees_and_not_after_it_is_removed(page: Page, running: House) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    page.context.grant_permissions(["notifications"], origin=running.web)
    page.add_init_script(SERVICE % (as_url(point), as_url(bytes(16))))
    page.goto("/notifications/settings")

    page.get_by_role("button", name="Notify this browser").click()

    row = page.get_by_role("listitem").filter(has_text="Chromium")
    expect(row).to_be_visible()
    assert running.sql(SUBSCRIBED) == [("push", 1)]

    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    assert running.sql(SUBSCRIBED) == []


def as_url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
