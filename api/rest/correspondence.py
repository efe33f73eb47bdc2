"""A ticket's correspondence: read the thread and its files, answer the customer, leave a note."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.bounds import MAX_NUMBER
from api.dependencies import Services, SignedIn
from api.pages.downloads import hand_out
from api.rest.shapes import Asked, Shown
from api.ticket_room import TicketRoom
from services.crm import MessageKind, ThreadMessage
from services.crm.tickets import MAXIMUM_TEXT
from services.mail.outbox import Delivery

router = APIRouter(prefix="/tickets/{ticket_id}", tags=["tickets"])
TicketId = Annotated[str, Path(max_length=40, examples=["T-4711"])]


class AttachmentShown(Shown):
    number: int = Field(description="Its place in the address of the file.")
    name: str
    media_type: str = Field(description="As its bytes say, not its sender.")
    size: int
    sha256: str


class DeliveryShown(Shown):
    state: Literal["waiting", "sent", "failed", "bounced"]
    attempts: int
    problem: str
    sent_at: datetime | None


class MessageShown(Shown):
    number: int = Field(description="0 is the ticket's own text.")
    kind: Literal["customer", "reply", "note", "receipt"]
    source: str
    author_name: str
    author_email: str
    text: str
    created_at: datetime
    attachments: list[AttachmentShown]
    delivery: DeliveryShown | None = Field(None, description="How far its mail has come; null where there is none.")


class MessageAsked(Asked):
    kind: Literal["reply", "note"] = Field("reply", description="A reply goes to the customer, a note to nobody.")
    text: str = Field(min_length=1, max_length=MAXIMUM_TEXT)
    request_id: str = Field(min_length=1, max_length=64, description="Your own id: the same one again changes nothing.")


@router.get("/messages")
def list_messages(ticket_id: TicketId, services: Services) -> list[MessageShown]:
    """The whole correspondence, oldest first."""
    return messages_of(services.tickets, ticket_id)


@router.post("/messages", status_code=201)
async def write_message(ticket_id: TicketId, asked: MessageAsked, services: Services, user: SignedIn) -> list[MessageShown]:
    """Answer the customer, or leave a note; the answer is the correspondence with it."""
    room = services.tickets
    write = room.correspondence.reply if asked.kind == "reply" else room.correspondence.note
    author, request_id = user.display_name or user.name, f"{user.name}:{asked.request_id}"
    await run_in_threadpool(lambda: write(ticket_id, asked.text, author=author, request_id=request_id))
    return await run_in_threadpool(messages_of, room, ticket_id)


@router.get("/attachments/{number}", response_class=Response)
def get_attachment(
    request: Request, ticket_id: TicketId, number: Annotated[int, Path(ge=1, le=MAX_NUMBER)], services: Services
) -> Response:
    """A file of the correspondence."""
    return hand_out(request, services.tickets.files, services.tickets.correspondence.attachment(ticket_id, number))


def messages_of(room: TicketRoom, ticket_id: str) -> list[MessageShown]:
    deliveries = room.deliveries(ticket_id)
    return [_shown(message, deliveries.get(message.number)) for message in room.correspondence.thread(ticket_id)]


def _shown(message: ThreadMessage, delivery: Delivery | None) -> MessageShown:
    is_sent = message.kind in {MessageKind.REPLY, MessageKind.RECEIPT}
    shown = MessageShown.model_validate(message, from_attributes=True)
    return shown.model_copy(update={"delivery": DeliveryShown.model_validate(delivery) if is_sent and delivery else None})
