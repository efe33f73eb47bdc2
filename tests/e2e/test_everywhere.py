"""What holds on every page: it fits a phone, speaks Russian, and can be used without a mouse."""

import re

import pytest
from playwright.sync_api import Page, expect

PAGES = (
    "/changes",
    "/directories",
    "/directories/import",
    "/",
    "/inbox",
    "/instances",
    "/instances?process=ticket_triage",
    "/incidents",
    "/processes",
    "/heat-map",
    "/editor",
    "/sla",
    "/sla/calendars",
    "/tickets",
    "/tickets/new",
    "/notifications",
    "/notifications/settings",
    "/notifications/log",
    "/processes/ticket_triage",
    "/reports",
    "/knowledge",
    "/assistant",
    "/accounts",
    "/accounts/new",
    "/account",
    "/api-docs",
    "/portal",
)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_wider_than_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("address", PAGES)
def test_every_field_and_button_has_a_name(page: Page, address: str) -> None:
    page.goto(address)

    nameless = page.evaluate("""() => [...document.querySelectorAll("button, a, input:not([type=hidden]), select, textarea")]
        .filter((node) => node.checkVisibility() && !node.closest("[data-island]"))
        .filter((node) => !(node.textContent.trim() || node.ariaLabel || node.title || node.labels?.length))
        .map((node) => node.outerHTML)""")

    assert nameless == []


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.goto("/instances")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_a_key_opens_the_list_of_keys(page: Page) -> None:
    page.goto("/instances")

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_the_navigation_of_a_phone_opens_and_closes(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/instances")

    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Heat map")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="Heat map")).to_be_hidden()


def test_the_chosen_colours_are_kept_on_the_next_page(page: Page) -> None:
    page.goto("/instances")

    page.get_by_role("button", name="Dark").click()
    page.goto("/incidents")

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("address", PAGES)
def test_every_page_speaks_russian(page: Page, address: str) -> None:
    host = page.goto(address)
    assert host is not None
    page.context.add_cookies([{"name": "language", "value": "ru", "url": host.url}])

    page.goto(address)

    assert page.evaluate("document.documentElement.lang") == "ru"
    assert re.search("[А-Яа-яё]{3}", page.locator("h1").first.inner_text())


def send_ticket(page: Page, subject: str, text: str, customer: str) -> None:
    page.goto("/tickets/new")
    page.locator("[name=subject]").fill(subject)
    page.locator("[name=text]").fill(text)
    page.locator("[name=customer_name]").fill(customer)
    page.locator("main button.primary").click()
    page.wait_for_url(re.compile(r"/tickets/T-\d+"))


def test_names_without_a_blank_stay_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})

    send_ticket(page, "Сверхдлинноеназвание" * 12, "Сверхдлинныйтекст" * 40, "Ж" * 180)

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_written_from_right_to_left_begins_at_the_right(page: Page) -> None:
    send_ticket(page, "המדפסת לא עובדת", "המדפסת לא עובדת — דחוף!", "דנה כהן")

    mark, letter = page.locator(".words").first.evaluate("""node => {
      const text = node.firstChild;
      const left = at => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
      };
      return [left(text.data.indexOf("!")), left(text.data.search(/\\S/))];
    }""")

    assert mark < letter
