"""Signing in and out, and choosing a language."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.cookies import LANGUAGE_COOKIE, SESSION_COOKIE, SIGN_OUT_COOKIE, YEAR_S, Cookies, forget_cookie, set_cookie
from api.dependencies import Services, SignedIn
from api.principal import Principal, Proof, principal_of
from api.services import ApiServices
from api.shell import language_of, local_address, render
from services.identity import ProviderUnavailable, SignInRefused, TooManyAttempts

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login_page(request: Request, services: Services, goal: Annotated[str, Query(alias="next")] = "/") -> Response:
    if principal_of(request) is not None:
        return RedirectResponse(local_address(goal), 303)
    return _page(request, services, goal)


@router.post("/login")
async def sign_in(
    request: Request,
    services: Services,
    username: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    goal: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    _ = language_of(request).gettext
    address = request.client.host if request.client else "unknown"
    headers = {}
    try:
        session = await run_in_threadpool(services.identities.sign_in, username, password, address)
    except SignInRefused:
        status, error = 401, _("This username and password do not fit together.")
    except TooManyAttempts as refusal:
        minutes = refusal.retry_after_s // 60 + 1
        status, error = 429, _("Too many failed attempts. Try again in %(minutes)s min.") % {"minutes": minutes}
        headers = {"Retry-After": str(refusal.retry_after_s)}
    else:
        # Whose deed it was, for the audit log: a tenant's sign-ins are that tenant's to read.
        request.state.principal = Principal(session.account, Proof.SESSION, session.session_id)
        response = RedirectResponse(local_address(goal), 303)
        cookies: Cookies = request.app.state.shell.cookies
        cookies.keep_session(request, response, session)
        return response
    return _page(request, services, goal, username=username, error=error, status_code=status, headers=headers)


def _page(
    request: Request,
    services: ApiServices,
    goal: str,
    *,
    username: str = "",
    error: str = "",
    **options: Any,  # noqa: ANN401  # what `render` takes
) -> Response:
    return render(
        request,
        "pages/login.html",
        goal=local_address(goal),
        username=username,
        error=error,
        has_provider=services.sign_in_elsewhere is not None,
        has_passwords=services.has_local_passwords,
        **options,
    )


@router.post("/sign-out")
async def sign_out(request: Request, services: Services, principal: SignedIn) -> Response:
    await run_in_threadpool(services.identities.sign_out, principal.session_id)
    response = await _farewell(request, services) if principal.account.issuer else RedirectResponse("/login", 303)
    forget_cookie(request, response, SESSION_COOKIE)
    return response


async def _farewell(request: Request, services: ApiServices) -> Response:
    """On to the provider, where the session ends too. A page leads there: a form may not be answered with another site."""
    address = "/login"
    if services.sign_in_elsewhere is not None:
        with suppress(ProviderUnavailable):
            address = await run_in_threadpool(services.sign_in_elsewhere.way_out, request.cookies.get(SIGN_OUT_COOKIE, ""))
    request.state.principal = None
    response = render(request, "pages/signed_out.html", address=address, headers={"Refresh": f"0; url={address}"})
    forget_cookie(request, response, SIGN_OUT_COOKIE)
    return response


@router.post("/language")
async def choose_language(
    request: Request,
    services: Services,
    language: Annotated[str, Form(max_length=16)],
    goal: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """An account keeps its language; a stranger's browser does."""
    response = RedirectResponse(local_address(goal), 303)
    if language not in request.app.state.shell.languages.by_code:
        return response
    principal = principal_of(request)
    if principal is not None:
        await run_in_threadpool(services.identities.choose_language, principal.account.account_id, language)
    set_cookie(request, response, LANGUAGE_COOKIE, language, max_age=YEAR_S)
    return response
