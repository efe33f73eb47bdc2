"""Tickets: each (source, external id) is taken in once, however often it is sent."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.dependencies import Services
from api.rest.shapes import Asked, Shown
from services.crm import NewTicket
from services.crm.tickets import MAXIMUM_SUBJECT, MAXIMUM_TEXT

router = APIRouter(prefix="/tickets", tags=["tickets"])
MAX_AT_ONCE = 500
MAX_SAMPLES = 1000


class TicketAsked(Asked):
    """A ticket as it comes in."""

    source: str = Field(min_length=1, max_length=100, examples=["shop"])
    external_id: str = Field(min_length=1, max_length=200, examples=["4711"], description="The source's own id of the ticket.")
    text: str = Field(min_length=1, max_length=MAXIMUM_TEXT)
    subject: str = Field("", max_length=MAXIMUM_SUBJECT)
    customer_name: str = Field("", max_length=200)
    customer_email: str = Field("", max_length=320)

    def as_ticket(self) -> NewTicket:
        return NewTicket(**self.model_dump())


class ReceiptShown(Shown):
    ticket_id: str
    is_new: bool = Field(description="False: it had come before, and nothing was done.")


class TicketShown(Shown):
    ticket_id: str
    source: str
    external_id: str
    subject: str
    text: str
    customer_name: str
    customer_email: str
    status: str
    created_at: datetime
    category: str | None
    priority: str | None
    team: str | None
    outcome: str | None
    closed_at: datetime | None


class SamplesAsked(Asked):
    count: int = Field(20, ge=1, le=MAX_SAMPLES)


class SamplesShown(Shown):
    sent: int


@router.post("", status_code=201, responses={200: {"description": "The ticket had come before."}})
async def take_in_ticket(ticket: TicketAsked, services: Services, response: Response) -> ReceiptShown:
    """Take a ticket in; an instance of the triage process starts for it. Sending it again changes nothing."""
    receipt = (await services.intake.take_in([ticket.as_ticket()]))[0]
    if not receipt.is_new:
        response.status_code = 200
    return ReceiptShown.model_validate(receipt)


@router.post("/batch")
async def take_in_tickets(
    tickets: Annotated[list[TicketAsked], Field(min_length=1, max_length=MAX_AT_ONCE)], services: Services
) -> list[ReceiptShown]:
    """Take many tickets in, all or none; the receipts are in the order of the tickets."""
    receipts = await services.intake.take_in([ticket.as_ticket() for ticket in tickets])
    return [ReceiptShown.model_validate(receipt) for receipt in receipts]


@router.post("/samples")
async def send_samples(samples: SamplesAsked, services: Services) -> SamplesShown:
    """Send made-up tickets, English and Russian, to try the house with."""
    return SamplesShown(sent=await services.intake.take_in_samples(samples.count))


@router.get("/{ticket_id}")
def get_ticket(ticket_id: str, services: Services) -> TicketShown:
    return TicketShown.model_validate(services.intake.ticket(ticket_id))
