"""What we ask of the provider over HTTP: where its doors are, its keys, and the tokens for a code.

Its addresses come from its own discovery document, fetched once: from the issuer's address, or from where we reach the provider
if only browsers reach it there. Redirects are not followed, answers are bounded, and whatever
is not an answer becomes `ProviderUnavailable`.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.identity.errors import ProviderUnavailable, TokenRefused

MAX_ANSWER_BYTES = 512 * 1024
TIMEOUT_SECONDS = 5.0


@dataclass
class Provider:
    """One realm. `client` is closed by whoever made it."""

    issuer: str
    client: httpx.Client
    # The realm's address for us; empty: the issuer's.
    reached_at: str = ""
    _doors: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def door(self, name: str) -> str:
        """The address of an endpoint, by its name in the discovery document.

        Raises:
            ProviderUnavailable: the document cannot be had, or names no such endpoint.
        """
        with self._lock:
            if not self._doors:
                address = f"{self.reached_at or self.issuer}/.well-known/openid-configuration"
                document = self._json(self.client.build_request("GET", address))
                if document.get("issuer") != self.issuer:
                    raise ProviderUnavailable(f"the identity provider at {self.issuer} calls itself by another name")
                self._doors.update(document)
            found = self._doors.get(name)
        if not isinstance(found, str) or not found.startswith(("https://", "http://")):
            raise ProviderUnavailable(f"the identity provider names no {name}")
        return found

    def keys(self) -> Mapping[str, Any]:
        """Its JWKS document.

        Raises:
            ProviderUnavailable: it did not answer.
        """
        return self._json(self.client.build_request("GET", self.door("jwks_uri")))

    def tokens_for(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """What the token endpoint gives for a grant.

        Raises:
            TokenRefused: the grant was refused: a code that was used before, or a verifier that is not its own.
            ProviderUnavailable: it did not answer.
        """
        return self._json(self.client.build_request("POST", self.door("token_endpoint"), data=dict(form)))

    def _json(self, request: httpx.Request) -> Mapping[str, Any]:
        try:
            answer = self.client.send(request, stream=True, follow_redirects=False)
            try:
                body = _bounded(answer)
                refused = answer.status_code in {400, 401}
                answer.raise_for_status()
            except httpx.HTTPStatusError as error:
                if refused:
                    raise TokenRefused("the identity provider refused the sign-in") from error
                raise
            finally:
                answer.close()
            document = httpx.Response(200, content=body).json()
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise ProviderUnavailable(f"the identity provider did not answer ({type(error).__name__})") from error
        if not isinstance(document, dict):
            raise ProviderUnavailable("the identity provider answered something else than an object")
        return document


def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise ProviderUnavailable("the identity provider's answer is too long")
    return bytes(body)
