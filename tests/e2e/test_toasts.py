"""Notes at the corner of a page: what failed is told until it is read, or until the same succeeds."""

from playwright.sync_api import Page, expect


def test_what_failed_is_told_until_the_same_request_succeeds(page: Page) -> None:
    page.clock.install()
    page.goto("/tickets")
    notes = page.locator(".toasts > .toast.bad")
    sent = """([event, address, successful]) => document.dispatchEvent(new CustomEvent(event, {detail: {
        successful, xhr: {status: 503}, pathInfo: {requestPath: address}}}))"""

    page.evaluate(sent, ["htmx:sendError", "/tickets", False])
    page.evaluate(sent, ["htmx:responseError", "/tickets", False])
    page.evaluate(sent, ["htmx:responseError", "/tickets", False])
    page.evaluate(sent, ["htmx:responseError", "/inbox", False])
    page.clock.run_for(60_000)
    expect(notes).to_have_count(3)
    page.evaluate(sent, ["htmx:afterRequest", "/tickets", True])
    page.clock.run_for(60_000)

    expect(notes).to_have_count(1)
