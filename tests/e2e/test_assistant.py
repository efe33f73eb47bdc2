"""Staff use a drafted reply, see where it comes from, and what became of it is counted."""

import re

from playwright.sync_api import Page, expect

from tests.house import House

# Any draft of the practice model, without the numbers of its sources.
DRAFTED = re.compile(r"^(?:Hello,|Здравствуйте!)[^\[\]]+$")
FREE = """
SELECT user_task.key FROM user_task JOIN variable ON variable.process_instance_key = user_task.process_instance_key
WHERE user_task.state = 'CREATED' AND user_task.assignee = '' AND variable.name = 'draft_id' ORDER BY user_task.key DESC
"""


def test_a_draft_is_read_with_its_source_edited_and_sent(page: Page, running: House) -> None:
    task_key = running.sql(FREE)[0][0]
    page.goto(f"/inbox/{task_key}")
    page.get_by_role("button", name="Claim").click()
    draft = page.locator("#draft")
    expect(draft).to_contain_text("practice model")

    draft.locator(".draft-text .reference").first.click()
    expect(draft.locator("blockquote mark").first).to_be_visible()
    page.locator("[data-island=form-viewer][data-ready]").wait_for()
    draft.get_by_role("button", name="Edit it").click()
    expect(draft.locator(".badge", has_text="Edited")).to_be_visible()
    reply = page.get_by_label("Reply to the customer")
    expect(reply).to_have_value(DRAFTED)
    reply.fill(reply.input_value() + "\nGreetings from the desk.")
    page.get_by_label("Resolved", exact=True).check()
    page.get_by_role("button", name="Complete task").click()
    expect(page.get_by_text("is completed.")).to_be_visible()

    settled = "SELECT count(*) FROM assistant_draft WHERE verdict = 'edited' AND likeness BETWEEN 0.5 AND 0.99"
    running.wait_until(lambda: running.sql(settled) == [(1,)], 20, "the draft counts as edited")
    page.goto("/assistant")
    expect(page.locator(".tile", has_text="Sent after editing")).to_contain_text("1")


def test_a_rejected_draft_needs_a_reason(page: Page, running: House) -> None:
    task_key = running.sql(FREE)[-1][0]
    page.goto(f"/inbox/{task_key}")
    page.get_by_role("button", name="Claim").click()
    draft = page.locator("#draft")
    draft.get_by_text("Not helpful").click()

    draft.get_by_label("Why is it of no use?").fill("Wrong passage")
    draft.get_by_role("button", name="Reject").click()

    expect(draft.locator(".badge", has_text="Rejected")).to_be_visible()
    page.goto("/assistant")
    expect(page.get_by_text("Wrong passage")).to_be_visible()


def test_a_document_is_brought_read_found_and_removed(page: Page) -> None:
    page.goto("/knowledge")
    text = "# Coffee machine\n\n## The grinder is stuck\n\nTurn the dial to eleven, tap the hopper twice and press Start."
    file = {"name": "coffee.md", "mimeType": "text/markdown", "buffer": text.encode()}

    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("link", name="Coffee machine")).to_be_visible(timeout=45_000)
    page.get_by_label("Search the knowledge base").fill("the grinder of the coffee machine is stuck")
    expect(page.locator("#results mark").first).to_be_visible()
    page.get_by_role("link", name="The grinder is stuck").click()
    expect(page.locator(".passage:target")).to_contain_text("tap the hopper")
    page.get_by_role("button", name="Remove").click()

    expect(page.get_by_text("The document is removed.")).to_be_visible()
    expect(page.get_by_role("link", name="Coffee machine")).to_have_count(0)
