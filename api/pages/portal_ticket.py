"""A customer's own ticket: a new one, how it stands, the correspondence, an answer, a rating."""

import hashlib
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.cookies import Flash
from api.customer import Customer, own_ticket
from api.dependencies import Services
from api.i18n import Language
from api.pages.downloads import hand_out
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.crm import (
    AttachmentUnknown,
    IncomingMessage,
    InvalidMessage,
    MessageKind,
    ThreadMessage,
    Ticket,
    TicketFilter,
    TicketStatus,
)
from services.crm.correspondence import PORTAL as SOURCE
from services.crm.tickets import MAXIMUM_SUBJECT, MAXIMUM_TEXT
from services.mail.quoting import split_quotation
from services.portal import CustomerSession

router = APIRouter(prefix="/portal", include_in_schema=False)
# A customer's tickets of an hour: more is a mistake or an attack.
PER_HOUR = 30
SHOWN = frozenset({MessageKind.CUSTOMER, MessageKind.REPLY})


@router.get("/new", name="portal_new")
def new_ticket(request: Request, customer: Customer) -> Response:
    return _form(request, customer, {"subject": "", "text": "", "name": ""}, uuid.uuid4().hex)


@router.post("/new")
async def take_in(
    request: Request,
    services: Services,
    customer: Customer,
    text: Annotated[str, Form(max_length=MAXIMUM_TEXT)] = "",
    subject: Annotated[str, Form(max_length=MAXIMUM_SUBJECT)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    request_id: Annotated[str, Form(max_length=64)] = "",
    attachments: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Sent twice, it is one ticket: the form carries an id of its own."""
    _ = language_of(request).gettext
    if not text.strip():
        values = {"subject": subject, "text": text, "name": name}
        return _form(request, customer, values, request_id, error=_("Write what we can do for you."), status_code=422)
    await run_in_threadpool(_require_moderate, services, customer)
    kept = await services.tickets.keep_uploads(attachments or [])
    message = IncomingMessage(
        source=SOURCE,
        external_id=_once(customer, request_id),
        text=text,
        subject=subject.strip(),
        author_name=name.strip(),
        author_email=customer.customer_key,
        attachments=kept,
    )
    receipt = await run_in_threadpool(services.tickets.correspondence.receive, message)
    services.intake.announce()
    note = _("We have your request. Its number is %(ticket)s.") % {"ticket": receipt.ticket_id}
    return redirect(request, f"/portal/tickets/{receipt.ticket_id}", Flash(note))


@router.get("/tickets/{ticket_id}", name="portal_ticket")
def ticket_page(request: Request, services: Services, customer: Customer, ticket_id: str) -> Response:
    return _page(request, services, customer, ticket_id)


@router.post("/tickets/{ticket_id}/answers", name="portal_answer")
async def answer(
    request: Request,
    services: Services,
    customer: Customer,
    ticket_id: str,
    text: Annotated[str, Form(max_length=MAXIMUM_TEXT)] = "",
    request_id: Annotated[str, Form(max_length=64)] = "",
    attachments: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """An answer to a closed ticket opens one that follows."""
    _ = language_of(request).gettext
    ticket = await run_in_threadpool(own_ticket, request, customer, ticket_id)
    if not text.strip():
        error = _("Write your answer first.")
        return await run_in_threadpool(_page, request, services, customer, ticket_id, error=error, status_code=422)
    await run_in_threadpool(_require_moderate, services, customer)
    kept = await services.tickets.keep_uploads(attachments or [])
    message = IncomingMessage(
        source=SOURCE,
        external_id=_once(customer, request_id),
        text=text,
        subject=ticket.subject,
        author_name=ticket.customer_name,
        author_email=ticket.customer_email,
        ticket_id=ticket_id,
        attachments=kept,
    )
    receipt = await run_in_threadpool(services.tickets.correspondence.receive, message)
    services.intake.announce()
    note = _("A new request follows the closed one.") if receipt.opened else _("Your answer has reached us.")
    return redirect(request, f"/portal/tickets/{receipt.ticket_id}", Flash(note))


@router.post("/tickets/{ticket_id}/rating", name="portal_rating")
def rate(
    request: Request,
    services: Services,
    customer: Customer,
    ticket_id: str,
    rating: Annotated[int, Form(ge=1, le=5)],
    comment: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    _ = language_of(request).gettext
    own_ticket(request, customer, ticket_id)
    try:
        services.tickets.correspondence.rate(ticket_id, rating, comment)
    except InvalidMessage:
        note = Flash(_("It can be rated once it is closed."), "warn")
        return redirect(request, f"/portal/tickets/{ticket_id}", note)
    return redirect(request, f"/portal/tickets/{ticket_id}", Flash(_("Thank you for your rating.")))


@router.get("/tickets/{ticket_id}/attachments/{number:int}", name="portal_attachment")
def attachment(request: Request, services: Services, customer: Customer, ticket_id: str, number: int) -> Response:
    own_ticket(request, customer, ticket_id)
    for message in _shown(services, ticket_id):
        for each in message.attachments:
            if each.number == number:
                return hand_out(request, services.tickets.files, each)
    raise AttachmentUnknown(f"{ticket_id} has no attachment {number}")


def _page(
    request: Request,
    services: ApiServices,
    customer: CustomerSession,
    ticket_id: str,
    **context: Any,  # noqa: ANN401  # a template's values
) -> Response:
    ticket = own_ticket(request, customer, ticket_id)
    thread = _shown(services, ticket_id)
    return render(
        request,
        "portal/ticket.html",
        customer=customer,
        ticket=ticket,
        thread=[(message, *split_quotation(message.text)) for message in thread],
        status=status_in_words(language_of(request), ticket, thread[-1].kind),
        request_id=uuid.uuid4().hex,
        **{"error": "", **context},
    )


def _form(
    request: Request,
    customer: CustomerSession,
    values: dict[str, str],
    request_id: str,
    **context: Any,  # noqa: ANN401  # a template's values
) -> Response:
    return render(
        request, "portal/new.html", customer=customer, values=values, request_id=request_id, **{"error": "", **context}
    )


def status_in_words(language: Language, ticket: Ticket, last: MessageKind) -> str:
    """How a ticket stands, for somebody who does not know our work."""
    _ = language.gettext
    if ticket.status is TicketStatus.CLOSED:
        return _("Answered and closed. Your answer would open a new request.")
    if last is MessageKind.REPLY:
        return _("We have answered and wait for you.")
    if ticket.status is TicketStatus.NEW:
        return _("We have it and will look at it soon.")
    if ticket.status is TicketStatus.ESCALATED:
        return _("It takes longer than we promised; it has priority now.")
    return _("Somebody is working on it.")


def _shown(services: ApiServices, ticket_id: str) -> list[ThreadMessage]:
    """What a customer sees: their own words and the replies, no notes of staff."""
    return [message for message in services.tickets.correspondence.thread(ticket_id) if message.kind in SHOWN]


def _require_moderate(services: ApiServices, customer: CustomerSession) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    lately = TicketFilter(customer=customer.customer_key, created_from=an_hour_ago)
    if len(services.tickets.search.page(lately, limit=PER_HOUR).items) >= PER_HOUR:
        raise Problem(
            429, "these are many requests within an hour: write to the last one instead", headers={"Retry-After": "3600"}
        )


def _once(customer: CustomerSession, request_id: str) -> str:
    """A form's own id under its customer's name, so that nobody can take another's."""
    own = hashlib.sha256(customer.customer_key.encode()).hexdigest()[:16]
    return f"{own}:{request_id or uuid.uuid4().hex}"
