"""Signing in at an identity provider: the way there, the way back, and the provider's word that a session has ended.

Present where an installation has a provider; elsewhere these addresses hold nothing.
"""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.cookies import SIGN_IN_COOKIE, SIGN_OUT_COOKIE, Cookies, forget_cookie, set_cookie
from api.dependencies import Services
from api.problems import Problem
from api.services import ApiServices
from api.shell import language_of, local_address, render
from services.identity import ProviderUnavailable, SignInElsewhere, SignInRefused, TokenRefused

log = structlog.get_logger(__name__)
router = APIRouter(include_in_schema=False)
TEN_MINUTES_S = 600
# A browser keeps 4 kB; a longer hint is left out, and the provider asks before it ends its session.
MAX_HINT_CHARS = 3800
Secret = Annotated[str, Query(max_length=2000)]


@router.get("/sign-in")
async def leave(request: Request, services: Services, goal: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Lead the browser to the provider."""
    try:
        address, leaving = await run_in_threadpool(_elsewhere(services).leave, local_address(goal))
    except ProviderUnavailable:
        return _refused(request, services, 503, language_of(request).gettext("The sign-in service does not answer. Try again."))
    response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
    set_cookie(request, response, SIGN_IN_COOKIE, leaving.secret, max_age=TEN_MINUTES_S)
    return response


@router.get("/sign-in/callback")
async def arrive(
    request: Request, services: Services, state: Secret = "", code: Secret = "", iss: Secret = "", error: Secret = ""
) -> Response:
    """The browser is back: open its session, or say why not."""
    _, elsewhere = language_of(request).gettext, _elsewhere(services)
    if error or not code:
        return _refused(request, services, 401, _("The sign-in was cancelled."))
    try:
        arrival = await run_in_threadpool(
            elsewhere.arrive,
            state=state,
            secret=request.cookies.get(SIGN_IN_COOKIE, ""),
            code=code,
            issuer=iss,
            address=request.client.host if request.client else "unknown",
        )
    except SignInRefused as refusal:
        return _refused(
            request, services, 401, _("You cannot sign in: %(reason)s") % {"reason": language_of(request).refused(str(refusal))}
        )
    except TokenRefused as refusal:
        log.warning("sign_in_refused", reason=str(refusal))
        return _refused(request, services, 401, _("The sign-in service's answer was not accepted. Begin again."))
    except ProviderUnavailable:
        return _refused(request, services, 503, _("The sign-in service does not answer. Try again."))
    response = RedirectResponse(local_address(arrival.goal), 303)
    cookies: Cookies = request.app.state.shell.cookies
    cookies.keep_session(request, response, arrival.session)
    if len(arrival.hint) <= MAX_HINT_CHARS:
        set_cookie(request, response, SIGN_OUT_COOKIE, arrival.hint, max_age=TEN_MINUTES_S * 6 * 24)
    forget_cookie(request, response, SIGN_IN_COOKIE)
    return response


@router.post("/sign-in/back-channel-logout")
async def ended_elsewhere(services: Services, logout_token: Annotated[str, Form(max_length=20_000)] = "") -> Response:
    """OpenID Connect Back-Channel Logout: 200 when taken, 400 when it is not the provider's word."""
    try:
        ended = await run_in_threadpool(_elsewhere(services).ended_elsewhere, logout_token)
    except TokenRefused as refusal:
        raise Problem(400, str(refusal)) from refusal
    log.info("sessions_ended_elsewhere", sessions=ended)
    return Response(status_code=200, headers={"Cache-Control": "no-store"})


def _elsewhere(services: ApiServices) -> SignInElsewhere:
    if services.sign_in_elsewhere is None:
        raise Problem(404, "this installation keeps its own accounts: there is no identity provider")
    return services.sign_in_elsewhere


def _refused(request: Request, services: ApiServices, status: int, error: str) -> Response:
    response = render(
        request,
        "pages/login.html",
        status_code=status,
        goal="/",
        username="",
        error=error,
        has_provider=True,
        has_passwords=services.has_local_passwords,
    )
    forget_cookie(request, response, SIGN_IN_COOKIE)
    return response
