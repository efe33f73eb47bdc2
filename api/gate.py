"""The gate before every route: who asks, and may they.

It stands before routing, so that a stranger's request is never parsed, and no route can forget to ask.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.bounds import MAX_KEY
from api.cookies import Cookies
from api.csrf import SAFE_METHODS
from api.permissions import rule_for
from api.principal import Principal, Proof
from api.problems import API_PREFIX, Problem, wants_json
from api.refusals import refuse
from history.database import EVERY_TENANT, for_tenant
from services.identity import Identities, ProviderUnavailable

RETRY_AFTER_S = "10"
LONG_NUMBERS = re.compile(r"(?<![^/])\d{19,4000}(?![^/])")
PASSWORD_PATH = "/account/password"  # noqa: S105  # a page, not a password
# Where somebody with a password that others have seen may go before choosing a new one.
BEFORE_NEW_PASSWORD = (PASSWORD_PATH, "/sign-out", "/language", "/static/", "/api/")


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets through what a rule allows and tells the others what to do."""

    app: ASGIApp
    identities: Identities
    cookies: Cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            answer = await self._refusal(request)
        except Problem as problem:
            answer = refuse(request, problem)
        principal: Principal | None = getattr(request.state, "principal", None)
        # Strangers and customers of the portal have no tenant yet: their pages ask for single rows by a key that is a secret.
        with for_tenant(principal.account.tenant_id if principal else EVERY_TENANT):
            await (answer or self.app)(scope, receive, send)

    async def _refusal(self, request: Request) -> Response | None:
        """None lets the request through.

        Raises:
            Problem: nobody, or not this account, may do this.
        """
        method, path = request.method, request.url.path
        if not path.isprintable() or any(int(digits) > MAX_KEY for digits in LONG_NUMBERS.findall(path)):
            raise Problem(404, "there is nothing at this address: it holds no printable text, or a number beyond any key")
        rule = rule_for(method, path)
        if rule is not None and rule.roles is None and path.startswith(("/static/", "/health", "/ready")):
            return None
        request.state.principal = principal = await self._principal(request)
        if rule is not None and rule.roles is None:
            return None
        if principal is None:
            return _ask_to_sign_in(request)
        if rule is None or rule.roles is None:
            raise Problem(404, f"there is nothing at {method} {path}")
        if not principal.account.has_any(rule.roles):
            roles = ", ".join(sorted(rule.roles))
            raise Problem(403, f"{method} {path} is for: {roles}; ask an administrator for the role")
        if _needs_new_password(principal, path):
            return RedirectResponse(PASSWORD_PATH, 303)
        return None

    async def _principal(self, request: Request) -> Principal | None:
        bearer = request.headers.get("authorization", "")
        if bearer and request.url.path.startswith(API_PREFIX):
            scheme, _, token = bearer.partition(" ")
            try:
                account = await run_in_threadpool(self.identities.account_of_token, token.strip())
            except ProviderUnavailable as error:
                raise Problem(503, str(error), headers={"Retry-After": RETRY_AFTER_S}) from error
            if scheme.lower() != "bearer" or account is None:
                raise Problem(401, "the bearer token is unknown or has ended", headers={"WWW-Authenticate": "Bearer"})
            return Principal(account, Proof.TOKEN)
        session_id = self.cookies.session_id(request)
        if session_id is None:
            return None
        session = await run_in_threadpool(self.identities.session, session_id)
        return None if session is None else Principal(session.account, Proof.SESSION, session_id)


def _ask_to_sign_in(request: Request) -> Response:
    if wants_json(request):
        raise Problem(401, "sign in first, or send a bearer token", headers={"WWW-Authenticate": "Bearer"})
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = "/login" if target == "/" or request.method not in SAFE_METHODS else f"/login?next={quote(target, safe='/')}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, 303)


def _needs_new_password(principal: Principal, path: str) -> bool:
    must = principal.account.must_change_password and principal.proof is Proof.SESSION
    return must and not path.startswith(BEFORE_NEW_PASSWORD)
