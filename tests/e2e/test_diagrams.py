"""bpmn.io's licence asks that its mark stays fully visible on every diagram and form; we hold to it everywhere."""

import pytest
from playwright.sync_api import Page, expect

from tests.house import House

UNCOVERED = """mark => {
  mark.scrollIntoView({ block: "center" });
  const box = mark.getBoundingClientRect();
  const points = [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9], [0.1, 0.9], [0.9, 0.1]];
  const style = getComputedStyle(mark);
  return box.width > 20 && box.height > 10 && style.visibility === "visible" && Number(style.opacity) === 1
    && points.every(([x, y]) => {
      const top = document.elementFromPoint(box.x + box.width * x, box.y + box.height * y);
      return top !== null && (mark.contains(top) || top.contains(mark));
    });
}"""
SHIPPED = "deleted_at IS NULL"
MARKS = ".bjs-powered-by, .fjs-powered-by, .powered-by"


def key_of(running: House, table: str, of: str = "bpmn_process_id = 'ticket_triage'") -> int:
    """The newest of what was shipped; other tests bring models of their own into this house."""
    [(key,)] = running.sql(f"SELECT max(key) FROM {table} WHERE {of}")
    return int(key)


PLACES = {
    "an instance": lambda running: f"/instances/{key_of(running, 'process_instance')}",
    "the instances of a process": lambda _running: "/instances?process=ticket_triage",
    "a process": lambda _running: "/processes/ticket_triage",
    "the heat map": lambda _running: "/heat-map?process=ticket_triage",
    "a task's form": lambda _running: "/inbox?process=ticket_triage",
    "the process editor": lambda running: f"/editor/processes/{key_of(running, 'process_definition')}",
    "the decision editor": lambda running: f"/editor/decisions/{key_of(running, 'decision_requirements', SHIPPED)}",
    "the form editor": lambda running: f"/editor/forms/{key_of(running, 'form', SHIPPED)}",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_the_mark_of_bpmn_io_is_visible_and_uncovered(page: Page, running: House, place: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)

    page.goto(PLACES[place](running))
    page.locator("[data-island][data-ready]").first.wait_for()

    mark = page.locator(MARKS).locator("visible=true").first
    expect(mark).to_be_visible()
    assert mark.evaluate(UNCOVERED)


def test_the_switch_colours_the_heat_map_by_duration_and_writes_numbers(page: Page) -> None:
    page.goto("/heat-map?process=ticket_triage")
    page.locator("[data-island=heat-map][data-ready]").wait_for()
    counts = page.locator(".diagram-heat").all_inner_texts()

    page.get_by_role("button", name="95th percentile").click()

    durations = page.locator(".diagram-heat").all_inner_texts()
    assert all(text.isdigit() for text in counts)
    assert any("ms" in text or "s" in text for text in durations)
    assert page.url.endswith("measure=p95_ms")


def test_the_replay_moves_the_tokens_back_to_the_start(page: Page, running: House) -> None:
    page.goto(f"/instances/{key_of(running, 'process_instance')}?tab=replay")
    slider = page.get_by_role("slider", name="Moment")
    slider.wait_for()
    page.locator("[data-island=bpmn-viewer][data-ready]").wait_for()
    now = page.locator(".diagram-badge.completed").count()

    slider.fill("0")

    assert now > 1
    assert page.locator(".diagram-badge.completed").count() < now
    assert page.locator(".diagram-badge.active").count() >= 1


def test_a_sheet_of_paper_holds_the_whole_drawing_and_nothing_to_press(page: Page) -> None:
    page.goto("/heat-map?process=ticket_triage")
    page.locator("[data-island=heat-map][data-ready]").wait_for()

    page.emulate_media(media="print")
    page.set_viewport_size({"width": 740, "height": 1000})

    drawing = page.locator(".diagram .viewport").bounding_box()
    assert drawing is not None
    assert drawing["x"] + drawing["width"] <= 740
    assert page.locator(".button:visible").count() == 0
