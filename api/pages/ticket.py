"""One ticket for staff: its correspondence, where its process stands, and what can be answered."""

import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.downloads import hand_out
from api.pages.sla import panel_context
from api.principal import Principal
from api.services import ApiServices
from api.shell import language_of, redirect, render
from api.task_access import visible
from api.ticket_room import has_trouble
from history.queries import InstanceFilter, Queries, UserTaskFilter
from services.crm import InvalidMessage, Ticket, TicketFilter
from services.crm.tickets import MAXIMUM_TEXT
from services.mail.quoting import split_quotation

router = APIRouter(prefix="/tickets/{ticket_id}", include_in_schema=False)
OTHERS_SHOWN = 6
INSTANCES_SHOWN = 3


@router.get("", name="ticket")
def ticket_page(request: Request, services: Services, user: SignedIn, ticket_id: str) -> Response:
    return _page(request, services, user, ticket_id)


@router.post("/replies", name="reply_to_ticket")
async def reply(
    request: Request,
    services: Services,
    user: SignedIn,
    ticket_id: str,
    text: Annotated[str, Form()] = "",
    request_id: Annotated[str, Form(max_length=64)] = "",
    attachments: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Answer the customer; sent twice, it is one answer."""
    _ = language_of(request).gettext
    room = services.tickets
    ticket = await run_in_threadpool(services.intake.ticket, ticket_id)
    kept = await room.keep_uploads(attachments or [])
    try:
        await run_in_threadpool(
            lambda: room.correspondence.reply(
                ticket_id, text, author=user.display_name or user.name, request_id=_once(user, request_id), attachments=kept
            )
        )
    except InvalidMessage:
        return await run_in_threadpool(_refused, request, services, user, ticket_id, text)
    await services.sla.replied(ticket_id, user.name, _once(user, request_id))
    note = (
        _("The reply is on its way.") if ticket.customer_key else _("The reply is kept; no address of the customer is known.")
    )
    return redirect(request, f"/tickets/{ticket_id}", Flash(note, "good" if ticket.customer_key else "warn"))


@router.post("/notes", name="note_on_ticket")
async def note(
    request: Request,
    services: Services,
    user: SignedIn,
    ticket_id: str,
    text: Annotated[str, Form()] = "",
    request_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Leave a note that customers never see."""
    author = user.display_name or user.name
    try:
        await run_in_threadpool(
            lambda: services.tickets.correspondence.note(ticket_id, text, author=author, request_id=_once(user, request_id))
        )
    except InvalidMessage:
        return await run_in_threadpool(_refused, request, services, user, ticket_id, text)
    return redirect(request, f"/tickets/{ticket_id}", Flash(language_of(request).gettext("The note is kept.")))


@router.post("/messages/{number:int}/again", name="send_again")
def send_again(request: Request, services: Services, ticket_id: str, number: int) -> Response:
    """Try a mail again that failed or came back."""
    own = {message.number for message in services.tickets.correspondence.thread(ticket_id)}
    if number in own:
        services.tickets.try_again(number)
    return redirect(request, f"/tickets/{ticket_id}", Flash(language_of(request).gettext("It is tried again.")))


@router.get("/attachments/{number:int}", name="ticket_attachment")
def attachment(request: Request, services: Services, ticket_id: str, number: int) -> Response:
    room = services.tickets
    return hand_out(request, room.files, room.correspondence.attachment(ticket_id, number))


def _refused(request: Request, services: ApiServices, user: Principal, ticket_id: str, text: str) -> Response:
    error = language_of(request).gettext("Write something first; at most %(limit)s characters.") % {"limit": MAXIMUM_TEXT}
    return _page(request, services, user, ticket_id, error=error, text=text[:MAXIMUM_TEXT], status_code=422)


def _page(
    request: Request,
    services: ApiServices,
    user: Principal,
    ticket_id: str,
    **context: Any,  # noqa: ANN401  # a template's values
) -> Response:
    ticket = services.intake.ticket(ticket_id)
    # The desk knows `5` as well as `T-5`; clocks and instances know its own spelling only.
    ticket_id = ticket.ticket_id
    thread = sorted(
        (entry for each in (ticket_id, *services.related.merged_into(ticket_id)) for entry in _thread(services, each)),
        key=lambda entry: entry["message"].created_at,
    )
    return render(
        request,
        "pages/ticket.html",
        ticket=ticket,
        thread=thread,
        history=services.intake.desk.notes(ticket_id),
        others=_others(services, ticket),
        request_id=uuid.uuid4().hex,
        **_process(services.queries, user, ticket_id),
        **panel_context(request, services, user, ticket_id),
        **{"error": "", "text": "", **context},
    )


def _thread(services: ApiServices, ticket_id: str) -> list[dict[str, Any]]:
    """What was written about one ticket, with what became of each letter."""
    room = services.tickets
    deliveries = room.deliveries(ticket_id)
    return [
        {
            "ticket_id": ticket_id,
            "message": message,
            "fresh": fresh,
            "quoted": quoted,
            "delivery": deliveries.get(message.number),
            "trouble": has_trouble(deliveries.get(message.number)),
        }
        for message in room.correspondence.thread(ticket_id)
        for fresh, quoted in (split_quotation(message.text),)
    ]


def _others(services: ApiServices, ticket: Ticket) -> list[Ticket]:
    """The customer's other tickets, the newest first."""
    if not ticket.customer_key:
        return []
    page = services.tickets.search.page(TicketFilter(customer=ticket.customer_email), limit=OTHERS_SHOWN + 1)
    return [other for other in page.items if other.ticket_id != ticket.ticket_id][:OTHERS_SHOWN]


def _process(queries: Queries, user: Principal, ticket_id: str) -> dict[str, Any]:
    """The process instances about this ticket, and their open tasks as far as this person may see them."""
    about = InstanceFilter(variable_name="ticket_id", variable_value=json.dumps(ticket_id))
    instances = queries.instances(about, limit=INSTANCES_SHOWN).items
    tasks = [
        task
        for instance in instances
        if instance.ended_at is None
        for task in queries.user_tasks(visible(UserTaskFilter(process_instance_key=instance.key), user), limit=5).items
    ]
    return {"instances": instances if user.may("designer", "manager", "operator") else (), "tasks": tasks}


def _once(user: Principal, request_id: str) -> str:
    """A form's own id under its sender's name, so that nobody can take another's."""
    return f"{user.name}:{request_id or uuid.uuid4().hex}"
