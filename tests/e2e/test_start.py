"""A visitor's first click."""

from playwright.sync_api import Page, Route, expect

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


def test_a_page_that_could_not_be_renewed_is_renewed_a_little_later(page: Page) -> None:
    asked: list[str] = []

    def away_at_first(route: Route) -> None:
        if route.request.headers.get("x-live") is None:
            route.continue_()
            return
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=429, body="busy")
        else:
            route.continue_()

    page.route("**/instances", away_at_first)
    page.goto("/instances")
    heading = page.locator("#page-head h1")
    heading.evaluate("node => node.append('stale')")

    expect(heading).not_to_contain_text("stale", timeout=20_000)
    assert len(asked) > 1
