"""What a closed ticket teaches: what became of its draft, and an answer for the next who asks."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import structlog

from services.assistant import DraftNotFound, Drafts
from services.crm import Ticket
from services.personal_data import mask
from workers.ticket_triage.placeholders import PARTS, masked_ticket

log = structlog.get_logger(__name__)

SOLVED = frozenset({"resolved", "solved"})
SHORTEST_LESSON = 80


class Learner(Protocol):
    def learn(self, text: str, *, title: str, source: str) -> object: ...


@dataclass(frozen=True, slots=True)
class LearnFromReply:
    """Hears each closed ticket. Nothing it fails at may hold the ticket up, and nothing it keeps is personal."""

    drafts: Drafts
    learner: Learner | None = None

    async def __call__(self, ticket: Ticket, *, outcome: str, reply: str, draft_id: str | None) -> None:
        subject, text, said = without_personal_data(ticket, reply)
        if draft_id is not None:
            try:
                await asyncio.to_thread(self.drafts.settle, draft_id, said)
            except DraftNotFound:
                log.warning("draft_gone", draft_id=draft_id, ticket_id=ticket.ticket_id)
        # A reply that was drafted from the knowledge base teaches it nothing new.
        if self.learner is None or draft_id is not None or outcome not in SOLVED or len(said) < SHORTEST_LESSON:
            return
        lesson = f"{text}\n\n{said}"
        await asyncio.to_thread(self.learner.learn, lesson, title=subject or "Solved ticket", source=ticket.ticket_id)


def without_personal_data(ticket: Ticket, reply: str) -> tuple[str, str, str]:
    """Subject, text and reply with the placeholders that the process gave them."""
    first = masked_ticket(ticket)
    subject, _, text = first.text.partition(PARTS)
    said = reply
    for placeholder, original in sorted(first.originals.items(), key=lambda item: -len(item[1])):
        said = said.replace(original, placeholder)
    return subject, text, mask(said, {"NAME": [ticket.customer_name]}).text
