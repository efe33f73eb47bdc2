"""Tickets: each (source, external id) is taken in once, however often it is sent."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field

from api.dependencies import Services
from api.rest.correspondence import MessageShown, TicketId, messages_of
from api.rest.shapes import Asked, Cursor, Limit, ListOf, Shown
from services.crm import NewTicket, TicketFilter
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
    follows: str | None = Field(description="The closed ticket after which its customer wrote again.")
    replied_at: datetime | None = Field(description="When staff first answered.")
    rating: int | None = Field(description="The customer's, 1 to 5.")
    rating_comment: str


class WholeTicketShown(TicketShown):
    messages: list[MessageShown] = Field(description="The correspondence, oldest first.")


class TicketsAsked(Asked):
    """A filter; what is left out does not restrict."""

    q: str = Field("", max_length=500, description="Words of subject, text or customer, or a ticket's id.")
    status: list[Literal["new", "assigned", "escalated", "closed"]] = Field(default_factory=list)
    team: str = Field("", max_length=100)
    category: str = Field("", max_length=100)
    priority: str = Field("", max_length=20)
    source: str = Field("", max_length=100)
    customer_email: str = Field("", max_length=320)
    created_from: AwareDatetime | None = None
    created_before: AwareDatetime | None = None
    cursor: Cursor = None
    limit: Limit = 50
    with_total: bool = Field(default=False, description="Null where there are more than 10,000.")

    def as_filter(self) -> TicketFilter:
        return TicketFilter(
            words=self.q,
            statuses=tuple(self.status),
            team=self.team,
            category=self.category,
            priority=self.priority,
            source=self.source,
            customer=self.customer_email,
            created_from=self.created_from,
            created_before=self.created_before,
        )


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


@router.get("")
def list_tickets(asked: Annotated[TicketsAsked, Query()], services: Services) -> ListOf[TicketShown]:
    """Tickets, the newest first."""
    page = services.tickets.search.page(asked.as_filter(), cursor=asked.cursor, limit=asked.limit, count=asked.with_total)
    return ListOf(
        items=[TicketShown.model_validate(ticket) for ticket in page.items], next_cursor=page.next_cursor, total=page.total
    )


@router.get("/{ticket_id}")
def get_ticket(ticket_id: TicketId, services: Services) -> WholeTicketShown:
    """A ticket with its correspondence."""
    ticket = TicketShown.model_validate(services.intake.ticket(ticket_id))
    return WholeTicketShown(**ticket.model_dump(), messages=messages_of(services.tickets, ticket_id))
