"""One ticket's whole way: a mail, a label with evidence, a draft with sources, a clock, an answer, a rating, a lesson."""

import re
import smtplib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from playwright.sync_api import Browser, Page, expect

from tests.house import ROOT, House, free_ports, house, listens

ANN = "ann@customer.example"
DESK = "desk@company.example"
OPENED = "SELECT key FROM user_task WHERE state = 'CREATED' AND element_id = ?"
LINK = re.compile(r"(/portal/enter\?\S+)")


class Postbox:
    """An SMTP server that keeps what it is given for Ann."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - its name
        if ANN in envelope.rcpt_tos:
            self.mails.append(message_from_bytes(envelope.content or b"", policy=SMTP))
        return "250 kept"

    def with_text(self, text: str) -> EmailMessage | None:
        return next((mail for mail in self.mails if text in mail.get_body().get_content()), None)


@pytest.fixture(scope="module")
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    [port] = free_ports(1)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, postbox: tuple[Postbox, int]) -> Iterator[House]:
    if not (ROOT / "static" / "manifest.json").exists():
        pytest.skip("static/ is not built: make web")
    [mail_port] = free_ports(1)
    sending = {"smtp_host": "127.0.0.1", "smtp_port": postbox[1], "smtp_security": "none"}
    with house(tmp_path_factory.mktemp("desk"), mail_port=mail_port, mail_address=DESK, **sending) as one:
        one.start()
        # The pages are up first.
        one.wait_until(lambda: listens(mail_port), 60, "the desk takes mails")
        yield one


@pytest.fixture
def agent(chromium: Browser, desk: House) -> Iterator[Page]:
    """The agent's window; a script error in it fails the test."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=desk.web)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto("/login")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(desk.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    yield page
    context.close()
    assert troubles == []


def send(desk: House, subject: str, text: str, message_id: str, **headers: str) -> None:
    mail = EmailMessage()
    for name, value in {
        "From": f"Ann Lee <{ANN}>",
        "To": DESK,
        "Subject": subject,
        "Message-ID": message_id,
        **headers,
    }.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", int(desk.settings["PENSTOCK_MAIL_PORT"]), timeout=30) as client:
        client.send_message(mail)


def opened_task(desk: House, element_id: str) -> int:
    desk.wait_until(lambda: desk.sql(OPENED, element_id), 60, f"the task {element_id} waits")
    return desk.sql(OPENED, element_id)[0][0]


def portrait(page: Page, name: str, folder: Path) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_a_ticket_goes_from_a_mail_to_a_rating_and_a_lesson(
    chromium: Browser, agent: Page, desk: House, postbox: tuple[Postbox, int], tmp_path: Path
) -> None:
    box, _port = postbox

    # A customer writes; the desk acknowledges in the same thread, and nobody can say for sure what it is about.
    send(desk, "Laptop or rights?", "Hello,\nplease help me with the monthly thing of the laptop account.\nAnn Lee", "<1@ann>")
    checked = opened_task(desk, "check_classification")
    desk.wait_until(lambda: box.mails, 60, "the acknowledgement is sent")
    assert box.mails[0]["In-Reply-To"] == "<1@ann>"

    # The agent sees the suggested label, how sure it is and why, and corrects it.
    agent.goto(f"/inbox/{checked}")
    agent.get_by_role("button", name="Claim").click()
    form = agent.locator("[data-island=form-viewer][data-ready]")
    expect(form).to_contain_text("The classifier suggests")
    expect(form).to_contain_text("Words that decided:")
    expect(form).to_contain_text("Ann Lee")
    portrait(agent, "check", tmp_path)
    form.locator(".fjs-form-field-select", has_text="Category").locator(".fjs-input-group").click()
    form.locator(".fjs-dropdownlist-item", has_text="Administrative rights").click()
    agent.get_by_role("button", name="Complete task").click()
    expect(agent.get_by_text("is completed.")).to_be_visible()

    # The next task has a draft with the passages it comes from, and the ticket's clock.
    resolved = opened_task(desk, "resolve_ticket")
    agent.goto(f"/inbox/{resolved}")
    agent.get_by_role("button", name="Claim").click()
    expect(agent.locator("#sla-clock")).to_contain_text("First reply")
    draft = agent.locator("#draft")
    draft.locator(".draft-text .reference").first.click()
    expect(draft.locator("blockquote mark").first).to_be_visible()
    expect(draft).to_contain_text("Administrative rights, chosen by a person")
    portrait(agent, "resolve", tmp_path)
    agent.locator("[data-island=form-viewer][data-ready]").wait_for()
    draft.get_by_role("button", name="Edit it").click()
    reply = agent.get_by_label("Reply to the customer")
    expect(reply).not_to_be_empty()
    reply.fill(reply.input_value() + "\nGreetings from Bea.")
    agent.get_by_label("Resolved", exact=True).check()
    agent.get_by_role("button", name="Complete task").click()
    expect(agent.get_by_text("is completed.")).to_be_visible()

    # The customer has the answer in the thread of the own mail.
    desk.wait_until(lambda: box.with_text("Greetings from Bea."), 60, "the reply is sent")
    answer = box.with_text("Greetings from Bea.")
    assert "<1@ann>" in answer["References"]
    assert answer["Subject"].startswith("Re: Laptop or rights?")

    # The clock has stopped within its time.
    agent.goto("/tickets/T-1")
    clock = agent.locator("#sla-clock")
    expect(clock).to_contain_text("ended")
    expect(clock.get_by_text(re.compile("kept with"))).to_have_count(2)
    portrait(agent, "ticket", tmp_path)
    agent.goto("/sla")
    portrait(agent, "sla", tmp_path)

    # The customer rates it in the portal.
    context = chromium.new_context(base_url=desk.web, locale="en-GB", viewport={"width": 390, "height": 844})
    customer = context.new_page()
    customer.goto("/portal")
    customer.get_by_label("E-mail address").fill(ANN)
    customer.get_by_role("button", name="Send me the link").click()
    desk.wait_until(lambda: box.with_text("/portal/enter"), 60, "the link is sent")
    customer.goto(LINK.search(box.with_text("/portal/enter").get_body().get_content())[1])
    customer.get_by_role("button", name="Sign in").click()
    customer.get_by_role("link", name="Laptop or rights?").click()
    expect(customer.get_by_text("Greetings from Bea.")).to_be_visible()
    customer.locator("label[for=rate-4]").click()
    customer.get_by_role("button", name="Rate").click()
    expect(customer.get_by_role("button", name="Change the rating")).to_be_visible()
    portrait(customer, "portal", tmp_path)
    context.close()

    # All of it is feedback: the rating on the ticket, the draft as edited, the correction as a lesson.
    agent.goto("/tickets/T-1")
    expect(agent.get_by_role("img", name="4 of 5")).to_be_visible()
    agent.goto("/assistant")
    expect(agent.locator(".tile", has_text="Sent after editing")).to_contain_text("1")
    agent.goto("/classifier")
    expect(agent.locator("tr", has_text="Administrative rights")).to_be_visible()
    portrait(agent, "classifier", tmp_path)
