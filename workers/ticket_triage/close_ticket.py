"""Job worker for the service task `close_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.crm import TicketDesk
from zeebe.job import Job, Variables


class TicketToClose(BaseModel, frozen=True):
    ticket_id: str
    outcome: str
    reply: str | None = None


@dataclass(frozen=True, slots=True)
class CloseTicket:
    """Record the outcome and answer the customer."""

    job_type: ClassVar[str] = "close-ticket"

    desk: TicketDesk

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToClose.model_validate(job.variables)
        await asyncio.to_thread(
            self.desk.close,
            ticket.ticket_id,
            outcome=ticket.outcome,
            reply=ticket.reply or "",
            request_id=str(job.key),
        )
        return {}
