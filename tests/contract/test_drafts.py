"""What every keeper of drafts promises."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from services.assistant import Citation, DraftNotFound, Drafts, InMemoryDrafts, NewDraft, SqlDrafts, Verdict, VerdictRefused
from services.assistant.tables import metadata

TEXT = "Hello,\n\n1. Hold the power button for ten seconds. [1]\n\nKind regards"


@pytest.fixture(params=["memory", "sqlite"])
def drafts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drafts]:
    if request.param == "memory":
        yield InMemoryDrafts()
        return
    engine = create_engine(f"sqlite:///{tmp_path / 'drafts.db'}")
    metadata.create_all(engine)
    yield SqlDrafts(engine)
    engine.dispose()


def new(request_id: str = "1", **changes: Any) -> NewDraft:
    plain: dict[str, Any] = {
        "request_id": request_id,
        "ticket_id": "T-1",
        "category": "Hardware",
        "language": "en",
        "text": TEXT,
        "citations": (Citation(1, "7", "doc", "Laptops", 3, "Start", "Hold the power button"),),
        "confidence": 0.8,
        "model": "m-1",
        "prompt": "suggest_reply",
        "prompt_version": 1,
    }
    return NewDraft(**(plain | changes))


def test_a_request_has_one_draft(drafts: Drafts) -> None:
    first = drafts.save(new())

    second = drafts.save(new(text="Another text altogether"))

    assert second == first
    assert drafts.of_request("1") == drafts.get(first.draft_id) == first
    assert first.citations[0].quote == "Hold the power button"
    assert drafts.of_request("2") is None


@pytest.mark.parametrize("draft_id", ["D-99", "", "D-x", "D-²", "D-" + "9" * 40, "1; DROP TABLE"])
def test_an_unknown_draft_is_named(drafts: Drafts, draft_id: str) -> None:
    with pytest.raises(DraftNotFound):
        drafts.get(draft_id)


def test_a_rejection_needs_a_reason_and_a_mind_may_change_until_something_is_sent(drafts: Drafts) -> None:
    draft_id = drafts.save(new()).draft_id
    with pytest.raises(VerdictRefused, match="reason"):
        drafts.decide(draft_id, Verdict.REJECTED, by="anna", reason="  ")

    drafts.decide(draft_id, Verdict.REJECTED, by="anna", reason="wrong\npassage")
    changed = drafts.decide(draft_id, Verdict.ACCEPTED, by="anna")
    drafts.settle(draft_id, TEXT)

    assert changed.verdict is Verdict.ACCEPTED
    with pytest.raises(VerdictRefused, match="stands"):
        drafts.decide(draft_id, Verdict.REJECTED, by="anna", reason="too late")


@pytest.mark.parametrize(
    ("said", "reply", "outcome"),
    [
        (None, TEXT, Verdict.ACCEPTED),
        (None, "  " + TEXT.replace("\n\n", "\n"), Verdict.ACCEPTED),
        (Verdict.EDITED, TEXT, Verdict.ACCEPTED),
        (None, TEXT + "\nAnna", Verdict.EDITED),
        (Verdict.ACCEPTED, "Something else that I wrote myself.", Verdict.EDITED),
        (None, "Your order has arrived, come by.", Verdict.IGNORED),
        (None, "", Verdict.IGNORED),
        (Verdict.REJECTED, TEXT, Verdict.REJECTED),
    ],
)
def test_what_was_sent_decides_what_became_of_a_draft(
    drafts: Drafts, said: Verdict | None, reply: str, outcome: Verdict
) -> None:
    draft_id = drafts.save(new()).draft_id
    if said is not None:
        drafts.decide(draft_id, said, by="anna", reason="wrong")

    settled = drafts.settle(draft_id, reply)
    again = drafts.settle(draft_id, "told twice, with other words")

    assert settled.verdict is outcome
    assert again == settled


def test_figures_count_by_model_prompt_and_category(drafts: Drafts) -> None:
    for number in range(6):
        draft = drafts.save(new(str(number), prompt_version=1 + number // 4, category="Hardware"))
        if number < 3:
            drafts.settle(draft.draft_id, TEXT if number else "nothing of it")
    drafts.decide(drafts.save(new("9", category="Access")).draft_id, Verdict.REJECTED, by="anna", reason="wrong")

    first, *rest = drafts.figures(datetime.now(UTC) - timedelta(days=1))

    assert (first.prompt_version, first.category, first.counts) == (
        1,
        "Hardware",
        {Verdict.OPEN: 1, Verdict.ACCEPTED: 2, Verdict.IGNORED: 1},
    )
    assert first.acceptance == pytest.approx(2 / 3)
    assert {(figure.category, figure.acceptance) for figure in rest} == {("Hardware", None), ("Access", 0.0)}
    assert drafts.figures(datetime.now(UTC) + timedelta(days=1)) == []
    assert [draft.reason for draft in drafts.reasons()] == ["wrong"]
