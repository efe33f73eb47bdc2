"""Tickets for staff: the list with filters, its rows as CSV, and a form for what came by telephone."""

import csv
import io
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from starlette.responses import StreamingResponse

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.pages.addresses import with_query
from api.pages.fields import Day, Optional, first_moment, moment_after
from api.shell import language_of, redirect, render
from services.crm import InvalidTicket, NewTicket, Ticket, TicketFilter, TicketSearch
from services.crm.ticket_search import OPEN
from services.crm.tickets import MAXIMUM_SUBJECT, MAXIMUM_TEXT
from services.reports.cells import clean, looks_like_formula

router = APIRouter(prefix="/tickets", include_in_schema=False)

STATUSES = ("new", "assigned", "escalated", "closed")
COLUMNS = (
    *("ticket_id", "status", "subject", "customer_name", "customer_email", "team", "category", "priority"),
    *("source", "external_id", "created_at", "replied_at", "closed_at", "outcome", "rating"),
)
DESK = "desk"


class TicketsQuery(BaseModel):
    """The filter as it stands in the address; what is left empty does not restrict."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    q: Optional[str] = None
    status: tuple[str, ...] = ()
    team: Optional[str] = None
    category: Optional[str] = None
    priority: Optional[str] = None
    source: Optional[str] = None
    customer: Optional[str] = None
    created_from: Optional[Day] = None
    created_until: Optional[Day] = None
    # Marks that no status at all is ticked on purpose.
    any_status: bool = False
    cursor: str | None = None

    @property
    def statuses(self) -> tuple[str, ...]:
        """Open ones, unless something else is asked for."""
        chosen = tuple(status for status in self.status if status in STATUSES)
        return chosen or (() if self.any_status or self.q or self.customer else tuple(OPEN))

    def as_filter(self) -> TicketFilter:
        return TicketFilter(
            words=(self.q or "")[:500],
            statuses=self.statuses,
            team=self.team or "",
            category=self.category or "",
            priority=self.priority or "",
            source=self.source or "",
            customer=self.customer or "",
            created_from=first_moment(self.created_from),
            created_before=moment_after(self.created_until),
        )


@router.get("", name="tickets")
def tickets(request: Request, services: Services, query: Annotated[TicketsQuery, Query()]) -> Response:
    search = services.tickets.search
    page = search.page(query.as_filter(), cursor=query.cursor, count=True)
    choices = search.choices()
    return render(
        request,
        "pages/tickets.html",
        page=page,
        query=query,
        choices=choices,
        statuses=STATUSES,
        is_first=not page.items and not search.page(TicketFilter(), limit=1).items,
        url=with_query(request),
        held=services.tickets.held.count() if services.tickets.held else 0,
    )


@router.get("/export.csv", name="tickets_csv")
def tickets_csv(services: Services, query: Annotated[TicketsQuery, Query()]) -> Response:
    """Every ticket of the filter, read while it is sent."""
    headers = {"Content-Disposition": 'attachment; filename="tickets.csv"', "Cache-Control": "no-store"}
    rows = _lines(services.tickets.search, query.as_filter())
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/new", name="new_ticket")
def new_ticket(request: Request, customer: str = "") -> Response:
    values = {"customer_email": customer[:320], "customer_name": "", "subject": "", "text": ""}
    return _form(request, values, uuid.uuid4().hex)


@router.post("/new")
async def take_in(
    request: Request,
    services: Services,
    user: SignedIn,
    text: Annotated[str, Form(max_length=MAXIMUM_TEXT)] = "",
    subject: Annotated[str, Form(max_length=MAXIMUM_SUBJECT)] = "",
    customer_name: Annotated[str, Form(max_length=200)] = "",
    customer_email: Annotated[str, Form(max_length=320)] = "",
    request_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Sent twice, it is one ticket: the form carries an id of its own."""
    _ = language_of(request).gettext
    values = {"text": text, "subject": subject, "customer_name": customer_name, "customer_email": customer_email.strip()}
    try:
        ticket = NewTicket(DESK, f"{user.name}:{request_id or uuid.uuid4().hex}", **values)
    except InvalidTicket:
        return _form(request, values, request_id, error=_("Write what it is about."), status_code=422)
    [receipt] = await services.intake.take_in([ticket])
    note = _("%(ticket)s is taken in.") % {"ticket": receipt.ticket_id}
    return redirect(request, f"/tickets/{receipt.ticket_id}", Flash(note))


def _form(request: Request, values: dict[str, str], request_id: str, **context: Any) -> Response:  # noqa: ANN401  # a template's
    return render(request, "pages/ticket_new.html", values=values, request_id=request_id, **{"error": "", **context})


def _lines(search: TicketSearch, where: TicketFilter) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    # By the mark Excel knows the encoding.
    yield b"\xef\xbb\xbf"
    for ticket in search.every(where):
        writer.writerow([_cell(ticket, column) for column in COLUMNS])
        if buffer.tell() > 2**16:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _cell(ticket: Ticket, column: str) -> str:
    """Text stays text: a spreadsheet must not take a customer's words for a formula."""
    value = getattr(ticket, column)
    if value is None:
        return ""
    cleaned = clean(str(value))
    return f"'{cleaned}" if looks_like_formula(cleaned) else cleaned
