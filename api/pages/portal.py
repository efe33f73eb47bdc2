"""The customers' portal: signing in by a link sent to one's address, and one's own tickets."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.customer import PORTAL, Customer, customer_of, forget_customer, keep_customer, portal_address
from api.dependencies import Services
from api.pages.addresses import with_query
from api.shell import language_of, render
from services.crm import TicketFilter, customer_key
from services.mail.headers import ADDRESS
from services.mail.letter import InvalidLetter
from services.portal import LinkRefused, TooManyLinks

router = APIRouter(prefix="/portal", include_in_schema=False)
TICKETS_SHOWN = 20


@router.get("", name="portal")
def portal(
    request: Request,
    services: Services,
    goal: Annotated[str, Query(alias="next", max_length=500)] = PORTAL,
    cursor: str | None = None,
) -> Response:
    """One's own tickets; for a stranger, the way in."""
    customer = customer_of(request)
    if customer is None:
        return _sign_in(request, goal=goal)
    own = TicketFilter(customer=customer.customer_key)
    page = services.tickets.search.page(own, cursor=cursor, limit=TICKETS_SHOWN)
    return render(request, "portal/tickets.html", page=page, customer=customer, url=with_query(request))


@router.post("/link", name="portal_link")
async def ask_for_link(
    request: Request,
    services: Services,
    email: Annotated[str, Form(max_length=320)] = "",
    goal: Annotated[str, Form(alias="next", max_length=500)] = PORTAL,
) -> Response:
    """The answer is the same whoever asks for whom: it tells nobody who is a customer."""
    _ = language_of(request).gettext
    address = email.strip()
    if not ADDRESS.fullmatch(address) or not address.isascii():
        error = _("Write your e-mail address, like name@example.com.")
        return _sign_in(request, goal=goal, email=address, error=error, status_code=422)
    try:
        place = request.client.host if request.client else "unknown"
        secret = await run_in_threadpool(services.tickets.portal.ask_for_link, customer_key(address), place)
        if secret is not None:
            code = language_of(request).code
            await run_in_threadpool(services.tickets.send_link, address, secret, code, portal_address(goal))
    except TooManyLinks as refusal:
        error = _("Too many links were asked for from here. Try again in a quarter of an hour.")
        headers = {"Retry-After": str(refusal.retry_after_s)}
        return _sign_in(request, goal=goal, email=address, error=error, status_code=429, headers=headers)
    except InvalidLetter:
        pass
    return render(request, "portal/sent.html", email=address)


@router.get("/enter", name="portal_enter")
def enter_page(
    request: Request,
    link: Annotated[str, Query(max_length=200)] = "",
    goal: Annotated[str, Query(alias="next", max_length=500)] = PORTAL,
) -> Response:
    """A button, because mail programs open links to look at them, and this one opens once."""
    return render(request, "portal/enter.html", link=link, goal=portal_address(goal))


@router.post("/enter")
async def enter(
    request: Request,
    services: Services,
    link: Annotated[str, Form(max_length=200)] = "",
    goal: Annotated[str, Form(alias="next", max_length=500)] = PORTAL,
) -> Response:
    try:
        session = await run_in_threadpool(services.tickets.portal.redeem, link)
    except LinkRefused:
        error = language_of(request).gettext("This link was used already or is too old. Ask for a new one.")
        return _sign_in(request, goal=goal, error=error, status_code=401)
    response = RedirectResponse(portal_address(goal), 303)
    lifetime_s = int((session.expires_at - datetime.now(UTC)).total_seconds())
    keep_customer(request, response, session, max(1, lifetime_s))
    return response


@router.post("/sign-out", name="portal_sign_out")
async def sign_out(request: Request, services: Services, customer: Customer) -> Response:
    await run_in_threadpool(services.tickets.portal.sign_out, customer.session_id)
    response = RedirectResponse(PORTAL, 303)
    forget_customer(request, response)
    return response


def _sign_in(
    request: Request,
    *,
    goal: str,
    email: str = "",
    error: str = "",
    status_code: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    return render(
        request,
        "portal/sign_in.html",
        status_code=status_code,
        headers=headers,
        goal=portal_address(goal),
        email=email,
        error=error,
    )
