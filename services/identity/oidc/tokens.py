"""Which token is one for us. Everything about it is checked, because each check left out is a way in.

The algorithm is the key's own, never the token's choice; issuer, audience, authorised party, kind and lifetime must all be
there and right. An ID token or a refresh token is no access token, however well signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from services.identity.errors import TokenRefused
from services.identity.oidc.keys import ALGORITHMS, MAX_KEY_ID_CHARS, KeySet

MAX_TOKEN_CHARS = 16_384
# Clocks of two machines differ by a little.
LEEWAY_SECONDS = 10
# A token that claims to live for years was made by a mistake or by an enemy.
MAX_LIFETIME_SECONDS = 24 * 3600
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
HEADER_TYPES = frozenset({"JWT", "at+jwt", "application/at+jwt", "logout+jwt"})

type Claims = Mapping[str, Any]


@dataclass(frozen=True)
class TokenChecks:
    """The checks for one realm.

    `audience` is our API's name in access tokens, `web_client` the client of our pages, `clients` all that may call the API.
    """

    keys: KeySet
    issuer: str
    audience: str
    web_client: str
    clients: frozenset[str]

    def access_token(self, token: str) -> Claims:
        """The claims of a token that may call our API.

        Raises:
            TokenRefused: it is none.
            ProviderUnavailable: its key is not known yet and cannot be fetched.
        """
        claims = self._signed(token, self.audience, ("azp", "typ"))
        if claims["typ"] != "Bearer":
            raise TokenRefused("the token is not an access token")
        if str(claims["azp"]) not in self.clients:
            raise TokenRefused("the token was made for a client that may not call this API")
        return claims

    def id_token(self, token: str, nonce: str) -> Claims:
        """The claims of the ID token that answers our own question.

        Raises:
            TokenRefused: it is none, or answers another question.
        """
        claims = self._signed(token, self.web_client, ("nonce",))
        if claims.get("typ", "ID") != "ID" or claims["nonce"] != nonce:
            raise TokenRefused("the ID token does not belong to this sign-in")
        audiences = claims["aud"]
        is_shared = isinstance(audiences, list) and len(audiences) > 1
        if claims.get("azp", None if is_shared else self.web_client) != self.web_client:
            raise TokenRefused("the ID token was made for another client")
        return claims

    def logout_token(self, token: str) -> Claims:
        """The claims of the provider's word that a session has ended.

        Raises:
            TokenRefused: it is no logout token.
        """
        claims = self._signed(token, self.web_client, ("jti", "events"), subject=False)
        events = claims["events"]
        if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in claims:
            raise TokenRefused("the token is not a logout token")
        if not any(isinstance(claims.get(name), str) and claims[name] for name in ("sid", "sub")):
            raise TokenRefused("the logout token names neither a session nor an account")
        return claims

    def _signed(self, token: str, audience: str, required: tuple[str, ...], *, subject: bool = True) -> Claims:
        key = self.keys.key(_key_id(token))
        names = ["exp", "iat", "iss", "aud", *(["sub"] if subject else []), *required]
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=audience,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": names},
            )
        except PyJWTError as error:
            raise TokenRefused(f"the token is refused: {_reason(error)}") from error
        if subject and not (isinstance(claims["sub"], str) and claims["sub"]):
            raise TokenRefused("the token names nobody")
        if float(claims["exp"]) - float(claims["iat"]) > MAX_LIFETIME_SECONDS:
            raise TokenRefused("the token lives longer than a day")
        return claims


def _key_id(token: str) -> str:
    """The key that the token says it was signed with; what else its header says is only compared with what must be."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        raise TokenRefused("the token is too long, or not text")
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError) as error:
        raise TokenRefused("the token is not a signed JSON web token") from error
    if not _is_of(ALGORITHMS, header.get("alg")) or not _is_of(HEADER_TYPES, header.get("typ", "JWT")) or "crit" in header:
        raise TokenRefused("the token's algorithm or type is not allowed")
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= MAX_KEY_ID_CHARS:
        raise TokenRefused("the token does not say which key signed it")
    return key_id


def _is_of(names: frozenset[str], value: object) -> bool:
    """Anything may stand in a header that nobody has checked yet, also what no set can be asked for."""
    return isinstance(value, str) and value in names


def _reason(error: PyJWTError) -> str:
    """Our words for the library's kinds, so that no claim is repeated."""
    words = {
        "ExpiredSignatureError": "it has expired",
        "ImmatureSignatureError": "it is not valid yet",
        "InvalidIssuerError": "another issuer made it",
        "InvalidAudienceError": "it is meant for another audience",
        "InvalidSignatureError": "its signature is wrong",
        "InvalidAlgorithmError": "its algorithm is not its key's",
        "MissingRequiredClaimError": "a claim is missing",
    }
    return words.get(type(error).__name__, "it cannot be read")
