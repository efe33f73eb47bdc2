"""The provider's public keys: fetched when first needed, kept while it is away, and asked for again when a new one appears.

Anybody can send a token with an invented key id, so unknown ids make us ask only so often: a burst, to follow a rotation at
once, and no more than that burst within a window.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from services.identity.errors import ProviderUnavailable, TokenRefused

log = structlog.get_logger(__name__)

# Signatures by a key pair alone: with a shared secret, our own public key would be somebody's signing key.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
MAX_KEYS = 50
MAX_KEY_ID_CHARS = 200


@dataclass
class KeySet:
    """Keys by their id. `fetch` answers the provider's JWKS document, or raises `ProviderUnavailable`."""

    fetch: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float] = time.monotonic
    # Keys that were withdrawn are forgotten after this long, while the provider answers.
    fresh_seconds: float = 600.0
    # At most so many questions within the window, whoever causes them.
    burst: int = 3
    window_seconds: float = 60.0
    _keys: dict[str, PyJWK] = field(default_factory=dict)
    _fetched_at: float | None = None
    _asked: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, key_id: str) -> PyJWK:
        """The key of this id.

        Raises:
            TokenRefused: the provider has none, or was asked too often lately to be asked again.
            ProviderUnavailable: it was never reached, so nothing is known.
        """
        known = self._keys.get(key_id)
        # Whoever has a known key does not wait while another asks a provider that may be slow to answer.
        if known is not None and (not self._is_stale() or self._lock.locked()):
            return known
        with self._lock:
            if key_id not in self._keys or self._is_stale():
                self._refresh()
            found = self._keys.get(key_id)
            if found is not None:
                return found
            if self._fetched_at is None:
                raise ProviderUnavailable("the identity provider's keys could not be fetched yet; try again in a minute")
        raise TokenRefused("the identity provider has no such signing key")

    def _is_stale(self) -> bool:
        return self._fetched_at is None or self.clock() - self._fetched_at > self.fresh_seconds

    def _refresh(self) -> None:
        """Ask the provider, unless it was asked too often; what is known stays when it does not answer."""
        now = self.clock()
        self._asked = [moment for moment in self._asked if now - moment < self.window_seconds]
        if len(self._asked) >= self.burst:
            return
        self._asked.append(now)
        try:
            self._keys = _signing_keys(self.fetch())
        except ProviderUnavailable as error:
            log.warning("identity_keys_not_fetched", reason=str(error), known=len(self._keys))
            return
        self._fetched_at = now


def _signing_keys(document: Mapping[str, Any]) -> dict[str, PyJWK]:
    """The keys that sign; one for encryption or of an unknown kind is no reason to refuse the others."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ProviderUnavailable("the identity provider's key document has no list of keys")
    keys: dict[str, PyJWK] = {}
    for each in listed[:MAX_KEYS]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
            continue
        key_id = each.get("kid")
        if not isinstance(key_id, str) or not 0 < len(key_id) <= MAX_KEY_ID_CHARS:
            continue
        try:
            key = PyJWK.from_dict(each)
        except PyJWTError:
            continue
        if key.algorithm_name in ALGORITHMS:
            keys[key_id] = key
    return keys
