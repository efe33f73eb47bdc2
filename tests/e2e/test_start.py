"""A visitor's first click."""

from playwright.sync_api import Page, expect

from tests.house import House

TICKETS = "SELECT count(DISTINCT value) FROM variable WHERE name = 'ticket_id'"


def test_sample_tickets_fill_the_house_before_the_visitor_s_eyes(page: Page, running: House) -> None:
    [(before,)] = running.sql(TICKETS)
    page.goto("/")

    page.get_by_role("button", name="Send sample tickets").click()

    expect(page.get_by_role("heading", name="Good to see you")).to_be_visible()
    running.wait_until(lambda: running.sql(TICKETS) == [(before + 20,)], 30, "twenty more tickets run")
    page.goto("/inbox")
    expect(page.get_by_role("link", name="Resolve ticket").first).to_be_visible()
