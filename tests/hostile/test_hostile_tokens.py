"""Tokens that somebody made up, borrowed or kept: each is refused before any route runs."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.identity import AccountDraft, Role
from tests.web_app import WebApp

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
HEADER = {"kid": "first", "typ": "JWT"}


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    plain = {"iss": "https://id.example/realms/penstock", "aud": "penstock-api", "azp": "penstock-web", "typ": "Bearer"}
    plain |= {"sub": "admin", "preferred_username": "admin", "iat": now, "exp": now + 300}
    return {name: value for name, value in (plain | changes).items() if value is not None}


def signed(**changes: object) -> str:
    return jwt.encode(claims(**changes), KEY, "RS256", headers=HEADER)


def signed_with_the_public_key() -> str:
    """By hand: the library refuses to take a public key for a secret."""
    parts = [json.dumps(each).encode() for each in ({**HEADER, "alg": "HS256"}, claims())]
    body = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mark = base64.urlsafe_b64encode(hmac.new(PEM, body, hashlib.sha256).digest()).rstrip(b"=")
    return f"{body.decode()}.{mark.decode()}"


def headed(**changes: object) -> str:
    """A token whose header says what no library would write."""
    head = json.dumps({**HEADER, "alg": "RS256", **changes}).encode()
    return f"{base64.urlsafe_b64encode(head).rstrip(b'=').decode()}.{signed().partition('.')[2]}"


TOKENS: dict[str, Callable[[], str]] = {
    "another audience": lambda: signed(aud="account"),
    "another issuer": lambda: signed(iss="https://evil.example/realms/penstock"),
    "an ID token": lambda: signed(typ="ID"),
    "a refresh token": lambda: signed(typ="Refresh"),
    "algorithm none": lambda: jwt.encode(claims(), None, "none", headers=HEADER),
    "HS256 with the public key": signed_with_the_public_key,
    "an algorithm that is a list": lambda: headed(alg=["RS256"]),
    "a type that is an object": lambda: headed(typ={"JWT": 1}),
    "a key's name that leads to a file": lambda: headed(kid="../../../../dev/null"),
    "a key of its own": lambda: headed(jwk={"kty": "oct", "k": "AA"}, jku="http://127.0.0.1:1/keys", x5u="file:///etc/passwd"),
    "no end": lambda: signed(exp=None),
    "not valid yet": lambda: signed(nbf=9_999_999_999),
    "expired": lambda: signed(exp=1_000_000),
    "a stranger's key": signed,
    "no token": lambda: "." * 2000,
    "an own token, changed": lambda: "pst_" + "A" * 43,
}


@pytest.mark.parametrize("kind", TOKENS)
async def test_a_foreign_token_is_refused(web_app: WebApp, kind: str) -> None:
    web_app.account("admin", username="admin")

    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/me", headers={"Authorization": f"Bearer {TOKENS[kind]()}"})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
async def test_a_good_token_under_another_scheme_is_refused(web_app: WebApp, scheme: str) -> None:
    secret = web_app.bearer(web_app.account("admin"))["Authorization"].removeprefix("Bearer ")

    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/me", headers={"Authorization": f"{scheme} {secret}".strip()})

    assert answer.status_code == 401


async def test_a_token_of_a_closed_account_is_refused(web_app: WebApp) -> None:
    web_app.account("admin")
    account = web_app.account("staff", username="leaver")
    headers = web_app.bearer(account)
    closed = AccountDraft("leaver", "", frozenset({Role.STAFF}), frozenset(), None, is_active=False)
    web_app.identities.change_account(account.account_id, closed)

    async with web_app.browser() as browser:
        answer = await browser.client.get("/api/v1/me", headers=headers)

    assert answer.status_code == 401
