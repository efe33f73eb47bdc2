"""An operator starts instances, sees what is stuck and why, mends it and retries."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.house import House

MODEL = Path(__file__).parent / "models" / "invoice_check.bpmn"
INSTANCES = 3


def start(page: Page, variables: str = "") -> None:
    page.goto("/processes/invoice_check")
    page.get_by_role("button", name="Start an instance").click()
    page.get_by_label("Variables").fill(variables)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_text("was started.").wait_for()


def test_a_stuck_instance_is_mended_and_retried(page: Page, running: House) -> None:
    running.command("deploy", str(MODEL))
    running.wait_until(
        lambda: running.sql("SELECT 1 FROM process_definition WHERE bpmn_process_id = 'invoice_check'"), 10, "deployed"
    )
    start(page)
    page.goto("/incidents?process=invoice_check")
    page.locator("#incident-list .row-link").first.click()
    page.wait_for_url(re.compile("/instances/"))

    page.get_by_role("tab", name="Variables").click()
    page.get_by_role("button", name="Add variable").click()
    page.get_by_label("Name").fill("amount")
    page.get_by_role("textbox", name="Value").fill("12.50")
    page.get_by_role("button", name="Set variable").click()
    page.get_by_text("amount was set.").wait_for()
    page.get_by_role("button", name="Retry").first.click()

    expect(page.locator("#state")).to_have_text("Completed")


def test_all_incidents_of_a_filter_are_retried_with_their_outcome_told(page: Page, running: House) -> None:
    running.command("deploy", str(MODEL))
    running.wait_until(
        lambda: running.sql("SELECT 1 FROM process_definition WHERE bpmn_process_id = 'invoice_check'"), 10, "deployed"
    )
    for _ in range(INSTANCES):
        start(page)
    page.goto("/incidents?process=invoice_check")
    expect(page.locator("#incident-list [data-row]")).to_have_count(INSTANCES)

    page.get_by_role("button", name=f"Retry all {INSTANCES}").click()

    expect(page.get_by_text(f"{INSTANCES} of {INSTANCES} done.")).to_be_visible()


def test_variables_that_are_no_object_are_refused_with_the_reason(page: Page, running: House) -> None:
    running.command("deploy", str(MODEL))
    page.goto("/processes/ticket_triage")
    page.get_by_role("button", name="Start an instance").click()
    page.get_by_label("Variables").fill("[1, 2]")

    page.get_by_role("button", name="Start", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("JSON object")


def test_a_refused_dialog_is_open_again_with_what_was_typed(page: Page) -> None:
    page.goto("/processes/ticket_triage")
    page.get_by_role("button", name="Start an instance").click()
    page.get_by_label("Variables").fill('{"text": "the printer')

    page.get_by_role("button", name="Start", exact=True).click()

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Variables are a JSON object")
    expect(dialog.get_by_label("Variables")).to_have_value('{"text": "the printer')


def test_a_started_instance_is_a_click_away(page: Page, running: House) -> None:
    running.command("deploy", str(MODEL))
    deployed = "SELECT 1 FROM process_definition WHERE bpmn_process_id = 'invoice_check'"
    running.wait_until(lambda: running.sql(deployed), 10, "the model is deployed")

    start(page)
    page.get_by_role("link", name="was started").click()

    page.wait_for_url(re.compile(r"/instances/\d+"))
