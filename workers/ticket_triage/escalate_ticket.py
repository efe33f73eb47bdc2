"""Job worker for the service task `escalate_ticket` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from services.crm import TicketDesk
from zeebe.job import Job, Variables


class EscalationRoute(BaseModel, frozen=True):
    lead: str


class TicketToEscalate(BaseModel, frozen=True):
    ticket_id: str
    route: EscalationRoute


@dataclass(frozen=True, slots=True)
class EscalateTicket:
    """Tell the lead that the promised time has passed; the task itself goes on."""

    job_type: ClassVar[str] = "escalate-ticket"

    desk: TicketDesk

    async def __call__(self, job: Job) -> Variables:
        ticket = TicketToEscalate.model_validate(job.variables)
        # An unknown ticket fails the job: nothing in the process waits for this branch, an operator should look.
        await asyncio.to_thread(self.desk.escalate, ticket.ticket_id, lead=ticket.route.lead, request_id=str(job.key))
        return {}
