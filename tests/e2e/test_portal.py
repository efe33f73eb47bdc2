"""A customer at the portal and staff at the ticket: a request, a reply by mail, an answer, a rating."""

import email
import email.policy
import re

from playwright.sync_api import Browser, Page, expect

from tests.house import House

LINK = re.compile(r"(/portal/enter\?\S+)")
PNG = b"\x89PNG\r\n\x1a\n"


def mails_to(running: House, address: str) -> list[str]:
    """The bodies of what was sent to an address, the newest last: without a mail server they are files."""
    files = sorted((running.data / "mail" / "sent").glob("*.eml"))
    mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [mail.get_content() for mail in mails if address in mail["To"]]


def test_a_customer_and_staff_write_to_each_other(chromium: Browser, page: Page, running: House) -> None:
    address = "ann@customer.example"
    context = chromium.new_context(base_url=running.web, locale="en-GB", viewport={"width": 390, "height": 844})
    customer = context.new_page()
    customer.goto("/portal")
    customer.get_by_label("E-mail address").fill(address)
    customer.get_by_role("button", name="Send me the link").click()
    expect(customer.get_by_role("heading", name="Look into your mail")).to_be_visible()
    running.wait_until(lambda: mails_to(running, address), 60, "the link is sent")

    customer.goto(LINK.search(mails_to(running, address)[-1])[1])
    customer.get_by_role("button", name="Sign in").click()
    customer.get_by_role("link", name="New request").click()
    customer.get_by_label("Your name").fill("Ann")
    customer.get_by_label("In a few words").fill("The printer burns")
    customer.get_by_label("What can we do for you?").fill("It burns since this morning.")
    customer.get_by_label("Pictures or files").set_input_files({"name": "fire.png", "mimeType": "image/png", "buffer": PNG})
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_text("We have it and will look at it soon.")).to_be_visible()
    expect(customer.get_by_text("fire.png")).to_be_visible()

    page.goto("/tickets?q=burns+since")
    page.get_by_role("link", name="The printer burns").click()
    page.get_by_label("Reply to the customer").last.fill("Pull the plug, please.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".letter.reply")).to_contain_text("Pull the plug, please.")
    running.wait_until(lambda: "Pull the plug" in mails_to(running, address)[-1], 60, "the reply is sent")

    customer.reload()
    expect(customer.get_by_text("We have answered and wait for you.")).to_be_visible()
    customer.get_by_label("Your answer").fill("Done, thank you.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_text("Your answer has reached us.")).to_be_visible()
    page.reload()
    expect(page.locator("#thread")).to_contain_text("Done, thank you.")
    context.close()
