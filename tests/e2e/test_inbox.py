"""Staff find a task, decide it, and everybody sees the result."""

from playwright.sync_api import Browser, Page, expect

from tests.house import House


def heat_count(page: Page, element_id: str) -> int:
    cells = page.request.get("/heat-map/cells.json?process=ticket_triage").json()["cells"]
    return next((cell["count"] for cell in cells if cell["element_id"] == element_id), 0)


def test_a_completed_form_ends_the_instance_and_changes_the_heat_map(page: Page, running: House) -> None:
    before = heat_count(page, "close_ticket")
    page.goto("/inbox")
    page.get_by_role("link", name="Resolve ticket").first.click()
    page.get_by_role("button", name="Claim").click()
    page.get_by_text("The task is yours.").wait_for()

    page.get_by_label("Reply to the customer").fill("Restarted the service; please try again.")
    page.get_by_label("Resolved", exact=True).check()
    task_key = int(page.url.split("/inbox/")[1].split("?")[0])
    page.get_by_role("button", name="Complete task").click()

    expect(page.get_by_text("is completed.")).to_be_visible()
    [(instance_key,)] = running.sql("SELECT process_instance_key FROM user_task WHERE key = ?", task_key)
    page.goto(f"/instances/{instance_key}")
    expect(page.locator("#state")).to_have_text("Completed")
    page.goto("/heat-map?process=ticket_triage")
    expect(page.locator("#cell-close_ticket [data-cell-count]")).to_have_text(str(before + 1))
    expect(page.locator(".diagram-heat", has_text=str(before + 1)).first).to_be_visible()


def test_an_incomplete_form_is_not_sent_and_says_so(page: Page) -> None:
    page.goto("/inbox")
    page.get_by_role("link", name="Resolve ticket").first.click()
    page.get_by_role("button", name="Claim").click()
    page.get_by_text("The task is yours.").wait_for()

    page.get_by_role("button", name="Complete task").click()

    expect(page.get_by_text("fields need attention")).to_be_visible()
    expect(page.locator("#task-form").get_by_text("This field is required.").first).to_be_visible()
    expect(page.locator(".task-detail")).to_contain_text("me")


def test_the_task_is_claimed_by_keyboard(page: Page) -> None:
    page.goto("/inbox?tab=unassigned")
    page.locator("[data-island=form-viewer][data-ready]").wait_for()
    cards = page.locator(".task-card")

    # The first card is open: from there down, one by one, and into the third.
    for below in (1, 2):
        page.keyboard.press("j")
        expect(cards.nth(below)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".task-detail [data-focus]")).to_be_focused()
    page.keyboard.press("Control+Alt+c")

    expect(page.get_by_text("The task is yours.")).to_be_visible()


def test_a_new_task_appears_without_reload(page: Page, running: House) -> None:
    page.goto("/inbox")
    count = page.locator("#open-count")
    before = int(count.inner_text())
    page.evaluate("window.untouched = true")

    running.command("tickets", "samples", "--count", "1", "--seed", "77")

    expect(count).to_have_text(str(before + 1), timeout=15_000)
    assert page.evaluate("window.untouched") is True


def test_a_page_tells_that_the_network_is_away_until_it_is_back(
    chromium: Browser, running: House, session_cookies: list[dict]
) -> None:
    # A window of its own: the browser names each request without a network as an error of the page.
    with chromium.new_context(locale="en-GB", base_url=running.web) as context:
        context.add_cookies(session_cookies)
        page = context.new_page()
        page.goto("/inbox")
        told, lamp = page.get_by_text("The network is away."), page.locator("[data-live-lamp]")
        expect(lamp).to_have_attribute("data-state", "on")

        context.set_offline(True)
        expect(told).to_be_visible()
        expect(lamp).to_have_attribute("data-state", "off")
        context.set_offline(False)

        expect(told).to_have_count(0)
        expect(lamp).to_have_attribute("data-state", "on")
