"""A designer changes a process, is told what is wrong at the element, and deploys."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.contrast import is_dark, poor_texts
from tests.house import House

SELECT = """id => {
  const shape = document.querySelector(`.editor [data-element-id="${id}"] .djs-hit`);
  const box = shape.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def open_editor(page: Page, running: House) -> None:
    [(key,)] = running.sql("SELECT max(key) FROM process_definition WHERE bpmn_process_id = 'ticket_triage'")
    page.goto(f"/editor/processes/{key}")
    page.locator("[data-island=bpmn-editor][data-ready]").wait_for()


def choose(page: Page, element_id: str) -> None:
    x, y = page.evaluate(SELECT, element_id)
    page.mouse.click(x, y)


def rename(page: Page, name: str) -> None:
    general = page.locator(".bio-properties-panel-group-header", has_text="General")
    if not page.locator("#bio-properties-panel-name").is_visible():
        general.click()
    page.locator("#bio-properties-panel-name").fill(name)
    page.locator("#bio-properties-panel-name").blur()


def test_a_changed_process_is_deployed_as_a_new_version(page: Page, running: House) -> None:
    versions = "SELECT max(version) FROM process_definition WHERE bpmn_process_id = 'ticket_triage'"
    [(before,)] = running.sql(versions)
    open_editor(page, running)

    choose(page, "close_ticket")
    rename(page, "Close the ticket")
    page.get_by_role("button", name="Deploy").click()

    expect(page.get_by_text(f"Deployed: ticket_triage v{before + 1}.")).to_be_visible()
    running.wait_until(lambda: running.sql(versions) == [(before + 1,)], 10, "the new version is in the read models")


def test_a_refused_deployment_marks_the_element_and_deploys_nothing(page: Page, running: House) -> None:
    definitions = "SELECT count(*) FROM process_definition"
    before = running.sql(definitions)
    open_editor(page, running)
    choose(page, "close_ticket")
    definition = page.locator(".bio-properties-panel-group-header", has_text="Task definition")
    definition.click()
    page.locator("#bio-properties-panel-taskDefinitionType, [name=taskDefinitionType]").first.fill("")
    page.keyboard.press("Tab")

    page.get_by_role("button", name="Deploy").click()

    expect(page.locator("[data-findings]")).to_contain_text("close_ticket")
    expect(page.locator(".diagram-finding.error")).to_be_visible()
    assert running.sql(definitions) == before


def test_advice_is_in_the_designers_language_and_outlives_a_deployment(page: Page, running: House) -> None:
    page.context.add_cookies([{"name": "language", "value": "ru", "url": running.web}])
    page.goto("/editor/new/bpmn")
    page.locator("[data-island=bpmn-editor][data-ready]").wait_for()
    advice = page.locator("[data-findings]")
    expect(advice).to_contain_text("Из начального события ничего не выходит.")

    page.get_by_role("button", name="Развернуть").click()

    expect(page.get_by_text(re.compile(r"Развёрнуто: process_\w+ v1\."))).to_be_visible()
    expect(advice).to_contain_text("Из начального события ничего не выходит.")


def test_the_panel_offers_the_listeners_that_a_deployment_takes_and_no_others(page: Page, running: House) -> None:
    open_editor(page, running)
    panel = page.locator(".bio-properties-panel")

    choose(page, "close_ticket")
    expect(panel.get_by_text("Execution listeners")).to_have_count(1)

    choose(page, "check_classification")
    expect(panel.get_by_text("Assignment", exact=True)).to_be_visible()
    expect(panel.get_by_text("Execution listeners")).to_have_count(0)
    expect(panel.get_by_text("Task listeners")).to_have_count(0)


def test_a_draft_survives_a_reload(page: Page, running: House) -> None:
    open_editor(page, running)
    choose(page, "close_ticket")
    rename(page, "Say goodbye")

    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()

    expect(page.locator(".editor svg").get_by_text("Say goodbye")).to_be_visible()
    assert "/editor/drafts/" in page.url


def test_changes_to_the_deployed_version_are_named(page: Page, running: House) -> None:
    open_editor(page, running)
    choose(page, "close_ticket")
    rename(page, "Wave")

    page.get_by_role("button", name="Changes").click()

    expect(page.locator("[data-changes]")).to_contain_text("close_ticket")
    expect(page.locator(".is-changed")).to_have_count(1)


def test_the_editor_of_decisions_speaks_russian_and_leaves_the_model_alone(page: Page, running: House) -> None:
    [(key,)] = running.sql(
        "SELECT max(key) FROM decision_requirements WHERE decision_requirements_id = 'sla_targets_requirements'"
    )
    page.context.add_cookies([{"name": "language", "value": "ru", "url": running.web}])

    page.goto(f"/editor/decisions/{key}")
    page.locator("tbody td.input-cell").first.click(button="right")

    expect(page.get_by_text("Правило выбора:")).to_be_visible()
    expect(page.get_by_text("Удалить правило")).to_be_visible()
    expect(page.locator("th.input-cell").first).to_contain_text("Priority")


def test_the_editor_of_forms_speaks_russian_and_leaves_the_form_alone(page: Page, running: House) -> None:
    page.context.add_cookies([{"name": "language", "value": "ru", "url": running.web}])
    page.goto("/editor/new/form")
    page.locator("[data-island=form-editor][data-ready]").wait_for()

    field = page.locator(".fjs-form-field").first
    field.click(position={"x": 5, "y": 5})

    expect(page.get_by_text("Найти элемент").or_(page.get_by_placeholder("Найти элемент"))).to_be_visible()
    expect(page.locator(".fjs-properties-container").get_by_text("Общее")).to_be_visible()
    expect(field).to_contain_text("Answer")


@pytest.mark.parametrize("kind", ["bpmn", "dmn", "form"])
def test_each_editor_is_dark_where_the_page_is_and_can_be_read(page: Page, kind: str) -> None:
    page.emulate_media(color_scheme="dark")

    page.goto(f"/editor/new/{kind}")
    page.locator(f"[data-island={kind}-editor][data-ready]").wait_for()

    assert is_dark(page.locator(".editor"))
    assert poor_texts(page.locator(".editor")) == []
