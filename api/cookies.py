"""The cookies of a browser: its session, its visit before that, its language, and notes for the next page."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from services.identity import Session

SESSION_COOKIE = "penstock_session"
FLASH_COOKIE = "penstock_flash"
LANGUAGE_COOKIE = "language"
# While a browser is away at an identity provider; and the provider's name for its session, to end it.
SIGN_IN_COOKIE = "penstock_sign_in"
SIGN_OUT_COOKIE = "penstock_sign_out"
YEAR_S = 365 * 24 * 3600
# A cookie holds 4 kB; what does not fit is not worth an error.
MAX_FLASHES = 5
MAX_FLASH_CHARS = 400


@dataclass(frozen=True, slots=True)
class Flash:
    """A note for the next page: `tone` is good, warn or bad; with an `address` of ours it leads there."""

    message: str
    tone: str = "good"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Cookies:
    """Signed, so that a forged session id never reaches the tables; HttpOnly, so that no script reads them."""

    secret_key: str

    def session_id(self, request: HTTPConnection) -> str | None:
        signed = request.cookies.get(SESSION_COOKIE)
        if not signed:
            return None
        try:
            return self._signer().unsign(signed).decode("ascii")
        except (BadSignature, UnicodeDecodeError):
            return None

    def keep_session(self, request: HTTPConnection, response: Response, session: Session) -> None:
        value = self._signer().sign(session.session_id).decode("ascii")
        lifetime = max(1, int((session.expires_at - datetime.now(UTC)).total_seconds()))
        set_cookie(request, response, SESSION_COOKIE, value, max_age=lifetime)

    def keep_flashes(self, request: HTTPConnection, response: Response, flashes: list[Flash]) -> None:
        rows = [[each.message[:MAX_FLASH_CHARS], each.tone, each.address] for each in flashes[-MAX_FLASHES:]]
        set_cookie(request, response, FLASH_COOKIE, str(self._serializer().dumps(rows)), max_age=300)

    def flashes(self, request: HTTPConnection) -> list[Flash]:
        """The notes that the last answer left; the page that shows them forgets them."""
        value = request.cookies.get(FLASH_COOKIE)
        if not value:
            return []
        try:
            return [Flash(*map(str, parts)) for parts in self._serializer().loads(value)]
        except (BadSignature, ValueError, TypeError):
            return []

    def _signer(self) -> Signer:
        return Signer(self.secret_key, salt="penstock.session")

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self.secret_key, salt="penstock.flash", serializer=json)


def set_cookie(request: HTTPConnection, response: Response, name: str, value: str, *, max_age: int) -> None:
    """A cookie of ours: this site only, not for scripts, and over TLS only where the page came over TLS."""
    response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax", secure=request.url.scheme == "https")


def forget_cookie(request: HTTPConnection, response: Response, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="lax", secure=request.url.scheme == "https")
