"""The customer behind a request to the portal: a session of their own, which opens nothing of staff's."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from api.dependencies import services_of
from services.crm import Ticket, TicketUnknown
from services.portal import CustomerSession

COOKIE = "penstock_customer"
PORTAL = "/portal"


class CustomerNotSignedIn(Exception):
    """A page of the portal that only its customer may see."""


def customer_of(request: Request) -> CustomerSession | None:
    session_id = request.cookies.get(COOKIE, "")
    return services_of(request).tickets.portal.session(session_id) if session_id else None


def _signed_in(request: Request) -> CustomerSession:
    found = customer_of(request)
    if found is None:
        raise CustomerNotSignedIn
    return found


Customer = Annotated[CustomerSession, Depends(_signed_in)]


def own_ticket(request: Request, customer: CustomerSession, ticket_id: str) -> Ticket:
    """A ticket of this customer.

    Raises:
        TicketUnknown: there is none, or it is somebody else's, which is no different.
    """
    ticket = services_of(request).intake.ticket(ticket_id)
    if not ticket.customer_key or ticket.customer_key != customer.customer_key:
        raise TicketUnknown(ticket_id)
    return ticket


def keep_customer(request: Request, response: Response, session: CustomerSession, lifetime_s: int) -> None:
    """A cookie that goes to the portal alone."""
    is_tls = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, session.session_id, max_age=lifetime_s, path=PORTAL, httponly=True, samesite="lax", secure=is_tls
    )


def forget_customer(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, path=PORTAL, httponly=True, samesite="lax", secure=request.url.scheme == "https")


def portal_address(address: str | None) -> str:
    """An address within the portal; anything else becomes its first page."""
    is_ours = address is not None and address.startswith(f"{PORTAL}/") and address.isprintable() and "\\" not in address
    return address if is_ours and address is not None else PORTAL
