"""Drafts and knowledge in the pages: who sees what, who may change it, what hostile input does."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.assistant import Citation, NewDraft, Verdict
from tests.web_app import WebApp, running_web_app

GUIDE = b"# Coffee machine\n\n## Grinder\n\nTap the hopper twice when the grinder is <b>stuck</b>."


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[WebApp]:
    async with running_web_app(tmp_path) as one:
        yield one


async def test_a_designer_brings_a_document_and_everybody_finds_it(app: WebApp) -> None:
    async with app.signed_in("designer") as designer:
        page = await designer.get("/knowledge")
        files = {"files": ("..\\..\\coffee.md", GUIDE, "text/markdown")}
        brought = await designer.post("/knowledge", {}, files=files)
        again = await designer.post("/knowledge", {}, files=files)
    async with app.signed_in("staff") as staff:
        found = await staff.get("/knowledge?q=stuck+grinder")
        [document] = app.services.assistant.library.documents()
        shown = await staff.get(f"/knowledge/{document.document_id}")
        refused = await staff.post(f"/knowledge/{document.document_id}/remove", {})

    assert "Add documents" in page.text
    assert (brought.status_code, again.status_code, refused.status_code) == (303, 303, 403)
    assert (document.title, document.file_name, document.added_by) == ("Coffee machine", "coffee.md", "designer")
    assert "<mark>grinder</mark>" in found.text
    assert "&lt;b&gt;" in shown.text
    assert "<b>stuck" not in found.text + shown.text


async def test_rest_brings_finds_and_removes(app: WebApp) -> None:
    bearer = app.bearer(app.account("manager"))
    async with app.browser() as client:
        brought = await client.client.post("/api/v1/knowledge", files={"file": ("coffee.md", GUIDE)}, headers=bearer)
        found = await client.get("/api/v1/knowledge/passages?q=the+grinder+is+stuck", headers=bearer)
        nothing = await client.get("/api/v1/knowledge/passages?q=parking", headers=bearer)
        address = f"/api/v1/knowledge/{brought.json()['document_id']}"
        gone = await client.client.delete(address, headers=bearer)
        after = await client.get(address, headers=bearer)
        empty = await client.client.post("/api/v1/knowledge", files={"file": ("x.md", b"")}, headers=bearer)
        figures = await client.get("/api/v1/assistant/figures", headers=bearer)

    assert (brought.status_code, gone.status_code, after.status_code, empty.status_code) == (201, 204, 404, 422)
    [passage] = found.json()
    assert (passage["title"], passage["heading"], passage["page"]) == ("Coffee machine", "Grinder", 1)
    assert nothing.json() == []
    assert figures.json() == {"figures": [], "budget": {"used": 0, "limit": 1000}}


async def test_the_assistants_page_counts_and_names_reasons(app: WebApp) -> None:
    drafts = app.services.assistant.drafts
    citation = Citation(1, "7", "doc", "Laptops", 1, "Start", "Hold the power button")
    for number in range(4):
        saved = drafts.save(
            NewDraft(str(number), "T-1", "Hardware", "en", "Hold the button.", (citation,), 0.8, "m-1", "suggest_reply", 2)
        )
        if number == 0:
            drafts.decide(saved.draft_id, Verdict.REJECTED, by="anna", reason="<script>wrong</script>")
        elif number < 3:
            drafts.settle(saved.draft_id, "Hold the button.")

    async with app.signed_in("manager") as manager:
        page = await manager.get("/assistant")
    async with app.signed_in("staff") as staff:
        refused = await staff.get("/assistant")

    assert "66.7%" in page.text
    assert "&lt;script&gt;wrong" in page.text
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "form", [{"verdict": "accepted"}, {"verdict": "praised"}, {}, {"verdict": "rejected", "reason": "x" * 3000}]
)
async def test_a_verdict_about_a_task_that_is_not_there_changes_nothing(app: WebApp, form: dict[str, object]) -> None:
    async with app.signed_in("staff") as staff:
        answer = await staff.post("/assistant/tasks/12/verdict", form)

    assert answer.status_code in {404, 422}
