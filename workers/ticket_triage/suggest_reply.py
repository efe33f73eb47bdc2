"""Job worker for the service task `suggest_reply` of the ticket triage process."""

from dataclasses import dataclass
from typing import ClassVar

import structlog
from pydantic import BaseModel

from services.assistant import Drafter, DraftRequest, NoDraft
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables

log = structlog.get_logger(__name__)


class TicketToAnswer(BaseModel, frozen=True):
    ticket_id: str
    masked_text: str
    subject: str = ""
    category: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SuggestReply:
    """Draft an answer from the knowledge base for the person who resolves the ticket.

    Without a passage that fits, or a model that may and can write, the process goes on without a draft. A job keeps its key
    across retries, so a ticket gets one draft however often its job is done.
    """

    job_type: ClassVar[str] = "suggest-reply"

    drafter: Drafter

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToAnswer.model_validate(job.variables)
        request = DraftRequest(
            request_id=str(job.key),
            ticket_id=ticket.ticket_id,
            subject=ticket.subject,
            text=ticket.masked_text,
            category=ticket.category or "",
            language=ticket.language,
            tenant=job.tenant_id,
        )
        try:
            draft = await self.drafter.draft(request)
        except NoDraft as error:
            raise BpmnError("NO_REPLY_SUGGESTED", str(error)) from error
        log.info("reply_suggested", job_key=job.key, draft_id=draft.draft_id, model=draft.model)
        return {"draft_id": draft.draft_id, "draft_model": draft.model, "draft_confidence": draft.confidence}
