"""An unsafe request that a browser's cookie vouches for must come from one of our own pages.

It stands behind the body's limit: a plain form carries its token in the body.
"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.csrf import FIELD, HEADER, SAFE_METHODS, Csrf, is_foreign
from api.principal import Proof, principal_of
from api.problems import Problem
from api.refusals import refuse

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
# The identity provider's own signature vouches for what it sends here.
SIGNED_REQUESTS = frozenset({"/sign-in/back-channel-logout"})
# Sent by other systems, which have no cookie of ours; their own signature vouches for them.
WEBHOOKS = "/api/v1/crm-hooks/"
DETAIL = "this page is out of date, or another site sent the request: reload the page and try again"


@dataclass(frozen=True, slots=True)
class OwnPagesOnly:
    """Checks the CSRF token of every unsafe request, unless a bearer token vouches for it."""

    app: ASGIApp
    csrf: Csrf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_checked(Request(scope)):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        token = request.headers.get(HEADER, "")
        messages: list[Message] = []
        if not token and request.headers.get("content-type", "").startswith(FORM_TYPES):
            token, messages = await _token_in_form(request, receive)
        if is_foreign(request) or not self.csrf.is_valid(request, token):
            await refuse(request, Problem(403, DETAIL))(scope, receive, send)
            return

        async def replayed() -> Message:
            return messages.pop(0) if messages else await receive()

        await self.app(scope, replayed, send)


def _is_checked(request: Request) -> bool:
    if request.url.path.startswith(WEBHOOKS):
        return False
    principal = principal_of(request)
    is_bearer = principal is not None and principal.proof is Proof.TOKEN
    return request.method not in SAFE_METHODS and not is_bearer and request.url.path not in SIGNED_REQUESTS


async def _token_in_form(request: Request, receive: Receive) -> tuple[str, list[Message]]:
    """The form's token, and the messages it was read from for whoever reads the form next."""
    messages: list[Message] = []

    async def recorded() -> Message:
        messages.append(await receive())
        return messages[-1]

    async with Request(request.scope, recorded).form() as form:
        token = form.get(FIELD)
    return token if isinstance(token, str) else "", messages
