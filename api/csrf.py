"""Proof that a request was made by one of our own pages.

The token is derived from the session, so it needs no storage and ends with it. A browser that has not signed in yet carries a
random visit instead, so that nobody can sign a visitor in under a foreign account.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from api.principal import Proof, principal_of

HEADER = "x-csrf-token"
FIELD = "csrf_token"
VISIT_COOKIE = "penstock_visit"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Csrf:
    """Makes and checks tokens."""

    secret_key: str

    def token(self, request: HTTPConnection) -> str:
        """The token of this request's session, or of its visit."""
        return hmac.new(self.secret_key.encode(), f"csrf:{_subject(request)}".encode(), hashlib.sha256).hexdigest()

    def is_valid(self, request: HTTPConnection, token: str) -> bool:
        if not _subject(request):
            return False
        return hmac.compare_digest(self.token(request).encode(), token.encode("utf-8", "replace"))


def is_foreign(request: HTTPConnection) -> bool:
    """Whether the browser itself says that another site made this request."""
    return request.headers.get("sec-fetch-site") == "cross-site"


def new_visit() -> str:
    return secrets.token_urlsafe(24)


def _subject(request: HTTPConnection) -> str:
    principal = principal_of(request)
    if principal is not None and principal.proof is Proof.SESSION:
        return f"session:{principal.session_id}"
    visit = getattr(request.state, "visit", "") or request.cookies.get(VISIT_COOKIE, "")
    return f"visit:{visit}" if visit else ""
