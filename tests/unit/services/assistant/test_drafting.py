from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from services.assistant import (
    NOBODY_DRAFTS,
    Drafter,
    DraftRequest,
    InMemoryDrafts,
    NoDraft,
    Passage,
    WrittenReply,
)

PASSAGE = Passage("7", "doc", "Laptops", 3, "It does not start", "Hold the power button.")
REQUEST = DraftRequest("job-1", "T-1", "Laptop", "does not start", "Hardware")


@dataclass
class Shelf:
    found: tuple[Passage, ...] = (PASSAGE,)

    def passages(self, question: str, language: str, limit: int) -> Sequence[Passage]:
        return self.found[:limit]


@dataclass
class Writer:
    written: list[DraftRequest] = field(default_factory=list)

    async def write(self, request: DraftRequest, passages: Sequence[Passage]) -> WrittenReply:
        self.written.append(request)
        return WrittenReply("Hold it. [1]", ((1, "Hold the power button."),), 0.8, "m-1", "suggest_reply", 2, "call")


async def test_a_draft_knows_its_passage_model_and_prompt() -> None:
    draft = await Drafter(Shelf(), Writer(), InMemoryDrafts()).draft(REQUEST)

    [citation] = draft.citations
    assert (citation.document_id, citation.title, citation.page, citation.quote) == (
        "doc",
        "Laptops",
        3,
        "Hold the power button.",
    )
    assert (draft.model, draft.prompt_version, draft.category) == ("m-1", 2, "Hardware")


async def test_a_job_done_again_finds_its_draft_and_asks_nobody() -> None:
    writer = Writer()
    drafter = Drafter(Shelf(), writer, InMemoryDrafts())

    drafts = [await drafter.draft(REQUEST) for _attempt in range(3)]

    assert len({draft.draft_id for draft in drafts}) == 1
    assert len(writer.written) == 1


async def test_nothing_found_means_no_draft() -> None:
    writer = Writer()

    with pytest.raises(NoDraft, match="no passage"):
        await Drafter(Shelf(()), writer, InMemoryDrafts()).draft(REQUEST)

    assert writer.written == []


async def test_an_installation_without_knowledge_drafts_nothing() -> None:
    with pytest.raises(NoDraft):
        await NOBODY_DRAFTS.draft(REQUEST)
