"""Job worker for the service task `close_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import BaseModel

from services.crm import Ticket, TicketDesk
from zeebe.job import Job, Variables


class TicketToClose(BaseModel, frozen=True):
    ticket_id: str
    outcome: str
    reply: str | None = None
    draft_id: str | None = None


class HearsReply(Protocol):
    """Told when a ticket is closed; the same ticket may be told twice."""

    async def __call__(self, ticket: Ticket, *, outcome: str, reply: str, draft_id: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class CloseTicket:
    """Record the outcome and answer the customer."""

    job_type: ClassVar[str] = "close-ticket"

    desk: TicketDesk
    heard_by: tuple[HearsReply, ...] = ()

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToClose.model_validate(job.variables)
        await asyncio.to_thread(
            self.desk.close,
            ticket.ticket_id,
            outcome=ticket.outcome,
            reply=ticket.reply or "",
            request_id=str(job.key),
        )
        if self.heard_by:
            closed = await asyncio.to_thread(self.desk.get, ticket.ticket_id)
            for hear in self.heard_by:
                await hear(closed, outcome=ticket.outcome, reply=ticket.reply or "", draft_id=ticket.draft_id)
        return {}
