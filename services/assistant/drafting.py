"""Writing a draft: find passages, have a reply written from them, keep it once a job.

Nothing found means no draft: a reply without a source would be an invention.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.assistant.drafts import Citation, Draft, Drafts, NewDraft
from services.assistant.memory_drafts import InMemoryDrafts

PASSAGES = 4


class NoDraft(Exception):
    """There is nothing to draft from, or nobody to write it; the text says which."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that may answer a ticket."""

    passage_id: str
    document_id: str
    title: str
    page: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A ticket without personal data. `request_id` is the job's key."""

    request_id: str
    ticket_id: str
    subject: str
    text: str
    category: str = ""
    language: str = "en"
    tenant: str = "<default>"


@dataclass(frozen=True, slots=True)
class WrittenReply:
    """`citations` are pairs of a passage's place, from 1, and the words quoted from it."""

    text: str
    citations: tuple[tuple[int, str], ...]
    confidence: float
    model: str
    prompt: str
    prompt_version: int
    call_id: str


class PassageSearch(Protocol):
    def passages(self, question: str, language: str, limit: int) -> Sequence[Passage]:
        """The best passages first; none where nothing fits. Short and blocking."""
        ...


class ReplyWriter(Protocol):
    async def write(self, request: DraftRequest, passages: Sequence[Passage]) -> WrittenReply:
        """Raises `NoDraft` where no model can or may answer."""
        ...


@dataclass(frozen=True, slots=True)
class Drafter:
    search: PassageSearch
    writer: ReplyWriter
    drafts: Drafts

    async def draft(self, request: DraftRequest) -> Draft:
        """The draft of a request, written now or before. Raises `NoDraft`."""
        known = await asyncio.to_thread(self.drafts.of_request, request.request_id)
        if known is not None:
            return known
        question = f"{request.subject}\n{request.text}"
        passages = await asyncio.to_thread(self.search.passages, question, request.language, PASSAGES)
        if not passages:
            raise NoDraft("no passage of the knowledge base fits")
        written = await self.writer.write(request, passages)
        draft = NewDraft(
            request_id=request.request_id,
            ticket_id=request.ticket_id,
            category=request.category,
            language=request.language,
            text=written.text,
            citations=tuple(_citation(place, passages[place - 1], quote) for place, quote in written.citations),
            confidence=written.confidence,
            model=written.model,
            prompt=written.prompt,
            prompt_version=written.prompt_version,
            call_id=written.call_id,
        )
        return await asyncio.to_thread(self.drafts.save, draft)


def _citation(number: int, passage: Passage, quote: str) -> Citation:
    return Citation(number, passage.passage_id, passage.document_id, passage.title, passage.page, passage.heading, quote)


class NothingFound:
    """`PassageSearch` of an installation without a knowledge base."""

    def passages(self, question: str, language: str, limit: int) -> Sequence[Passage]:  # noqa: ARG002 -- the port's
        return ()


class NobodyWrites:
    """`ReplyWriter` of an installation without a model."""

    async def write(self, request: DraftRequest, passages: Sequence[Passage]) -> WrittenReply:  # noqa: ARG002 -- the port's
        raise NoDraft("this installation has no language model")


NOBODY_DRAFTS = Drafter(NothingFound(), NobodyWrites(), InMemoryDrafts())
