"""Job worker for the service task `mask_personal_data` of the ticket triage process."""

import asyncio
from dataclasses import dataclass
from datetime import UTC
from typing import ClassVar

from pydantic import BaseModel

from services.classification import detect_language
from services.crm import Ticket, TicketDesk, TicketUnknown
from workers.ticket_triage.placeholders import PARTS, masked_ticket
from zeebe.errors import BpmnError
from zeebe.job import Job, Variables


class TicketToMask(BaseModel, frozen=True):
    ticket_id: str


@dataclass(frozen=True, slots=True)
class MaskPersonalData:
    """Fetch the ticket and give the process its text without personal data.

    The original never becomes a process variable: variables are seen by many and kept for long.
    """

    job_type: ClassVar[str] = "mask-personal-data"

    desk: TicketDesk

    async def __call__(self, job: Job) -> Variables:
        ticket_id = TicketToMask.model_validate(job.variables).ticket_id
        try:
            ticket = await asyncio.to_thread(self.desk.get, ticket_id)
        except TicketUnknown as error:
            raise BpmnError("TICKET_UNKNOWN", str(error)) from error
        return masked_variables(ticket) | promise_variables(ticket)


def masked_variables(ticket: Ticket) -> Variables:
    """Subject and text without personal data, and the language a reply should use."""
    subject, _, text = masked_ticket(ticket).text.partition(PARTS)
    return {"subject": subject, "masked_text": text, "language": detect_language(text)}


def promise_variables(ticket: Ticket) -> Variables:
    """What promises depend on: when the ticket came in, and the customer's organisation, which is no person."""
    received = ticket.created_at if ticket.created_at.tzinfo else ticket.created_at.replace(tzinfo=UTC)
    domain = ticket.customer_email.rpartition("@")[2].strip().lower()
    return {"received_at": received.isoformat(timespec="milliseconds"), "customer": domain or None}
