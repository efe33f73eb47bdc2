"""One's own account: password, language, API tokens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import SESSION_COOKIE, Flash, forget_cookie
from api.dependencies import Services, SignedIn
from api.pages.role_names import role_names
from api.shell import language_of, redirect, render
from services.identity import ApiToken, InvalidAccount, SignInRefused, TooManyAttempts, WeakPassword

router = APIRouter(prefix="/account", include_in_schema=False)
MAX_DAYS = 3650


@router.get("")
def account_page(request: Request, services: Services, principal: SignedIn) -> Response:
    tokens = services.identities.tokens(principal.account.account_id)
    return _account(request, tokens)


@router.post("/tokens")
async def create_token(
    request: Request,
    services: Services,
    principal: SignedIn,
    name: Annotated[str, Form(max_length=1000)] = "",
    days: Annotated[int, Form(ge=0, le=MAX_DAYS)] = 90,
) -> Response:
    """The secret stands on this answer and nowhere else."""
    account_id = principal.account.account_id
    lifetime = timedelta(days=days) if days else None
    secret = error = ""
    try:
        _token, secret = await run_in_threadpool(services.identities.create_token, account_id, name, lifetime)
    except InvalidAccount:
        error = language_of(request).gettext("A token needs a name of at most 200 characters.")
    tokens = await run_in_threadpool(services.identities.tokens, account_id)
    return _account(request, tokens, secret, error)


def _account(request: Request, tokens: Sequence[ApiToken], secret: str = "", error: str = "") -> Response:
    names = role_names(language_of(request))
    return render(
        request,
        "pages/account.html",
        tokens=tokens,
        secret=secret,
        error=error,
        role_names=names,
        status_code=422 if error else 200,
    )


@router.post("/tokens/{token_id}/revoke")
async def revoke_token(request: Request, services: Services, principal: SignedIn, token_id: str) -> Response:
    await run_in_threadpool(services.identities.revoke_token, principal.account.account_id, token_id)
    return redirect(request, "/account", Flash(language_of(request).gettext("The token is revoked.")))


@router.get("/password")
async def password_page(request: Request) -> Response:
    return render(request, "pages/password.html", error="")


@router.post("/password")
async def change_password(
    request: Request,
    services: Services,
    principal: SignedIn,
    old: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Every session ends with the old password, so the next page asks for the new one."""
    _ = language_of(request).gettext
    if new != again:
        return render(request, "pages/password.html", error=_("The new passwords differ."), status_code=422)
    address = request.client.host if request.client else "unknown"
    try:
        await run_in_threadpool(services.identities.change_password, principal.account.account_id, old, new, address)
    except SignInRefused:
        error = _("The old password is wrong.")
    except TooManyAttempts:
        error = _("Too many failed attempts. Try again later.")
    except WeakPassword:
        error = _("Choose at least 10 characters, not too alike, without your username.")
    else:
        note = _("Your password is changed. Sign in with the new one.")
        response = redirect(request, "/login", Flash(note))
        forget_cookie(request, response, SESSION_COOKIE)
        return response
    return render(request, "pages/password.html", error=error, status_code=422)
