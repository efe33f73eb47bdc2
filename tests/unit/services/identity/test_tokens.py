import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from services.identity.errors import ProviderUnavailable, TokenRefused
from services.identity.oidc.keys import KeySet
from services.identity.oidc.provider import Provider
from services.identity.oidc.tokens import LOGOUT_EVENT, TokenChecks
from tests.identity_provider import AUDIENCE, WEB_CLIENT, WORKER_CLIENT, LocalProvider, local_provider


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> Iterator[LocalProvider]:
    with local_provider() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def checks(provider: LocalProvider, clock: Clock) -> Iterator[TokenChecks]:
    with httpx.Client() as client:
        keys = KeySet(Provider(provider.issuer, client).keys, clock)
        yield TokenChecks(keys, provider.issuer, AUDIENCE, WEB_CLIENT, frozenset({WEB_CLIENT, WORKER_CLIENT}))


def test_an_access_token_of_a_known_client_is_taken(provider: LocalProvider, checks: TokenChecks) -> None:
    tokens = [provider.token(), provider.token(azp=WORKER_CLIENT, aud=AUDIENCE)]

    claims = [checks.access_token(token) for token in tokens]

    assert [each["azp"] for each in claims] == [WEB_CLIENT, WORKER_CLIENT]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "https://evil.example/realms/penstock"}, "another issuer"),
        ({"aud": "account"}, "another audience"),
        ({"aud": None}, "a claim is missing"),
        ({"azp": "other-client"}, "a client that may not"),
        ({"azp": None}, "a claim is missing"),
        ({"azp": [WEB_CLIENT]}, "a client that may not"),
        ({"typ": "ID"}, "not an access token"),
        ({"typ": "Refresh"}, "not an access token"),
        ({"typ": None}, "a claim is missing"),
        ({"exp": 1_000_000}, "expired"),
        ({"exp": None}, "a claim is missing"),
        ({"exp": 9_999_999_999}, "longer than a day"),
        ({"iat": None}, "a claim is missing"),
        ({"iat": 9_999_999_000, "exp": 9_999_999_999}, "not valid yet"),
        ({"nbf": 9_999_999_999}, "not valid yet"),
        ({"sub": None}, "a claim is missing"),
        ({"sub": ""}, "names nobody"),
    ],
)
def test_a_token_with_one_wrong_claim_is_refused(
    provider: LocalProvider, checks: TokenChecks, changes: dict[str, object], reason: str
) -> None:
    token = provider.token(**changes)

    with pytest.raises(TokenRefused, match=reason):
        checks.access_token(token)


def test_the_token_does_not_choose_its_algorithm(provider: LocalProvider, checks: TokenChecks) -> None:
    public = provider.keys["first"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    unsigned = jwt.encode(provider.claims(), None, "none", headers={"kid": "first"})
    shared = _signed_with_secret(provider.claims(), pem)
    other_padding = jwt.encode(provider.claims(), provider.keys["first"], "PS256", headers={"kid": "first"})

    refusals = [_refusal(checks, token) for token in (unsigned, shared, other_padding)]

    assert refusals[:2] == ["the token's algorithm or type is not allowed"] * 2
    assert refusals[2] == "the token is refused: its algorithm is not its key's"


def test_a_signature_by_another_key_or_over_other_claims_is_refused(provider: LocalProvider, checks: TokenChecks) -> None:
    provider.rotate("second")
    foreign = jwt.encode(provider.claims(), provider.keys["second"], "RS256", headers={"kid": "first"})
    head, body, signature = provider.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"preferred_username": "admin"}
    changed = ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature))

    refusals = [_refusal(checks, token) for token in (foreign, changed)]

    assert refusals == ["the token is refused: its signature is wrong"] * 2


@pytest.mark.parametrize("headers", [{"kid": ""}, {"kid": "x" * 300}, {"kid": "enc-1"}, {"typ": "JOSE"}, {"crit": ["b64"]}])
def test_an_odd_header_is_refused(provider: LocalProvider, checks: TokenChecks, headers: dict[str, object]) -> None:
    token = provider.token(headers=headers)

    assert _refusal(checks, token)


@pytest.mark.parametrize("value", [None, True, 1, 1e300, [], ["RS256"], {}, {"a": []}], ids=str)
@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_a_header_of_another_form_is_refused(provider: LocalProvider, checks: TokenChecks, name: str, value: object) -> None:
    header, rest = provider.token().split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(header + "==")) | {name: value}
    changed = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

    with pytest.raises(TokenRefused):
        checks.access_token(f"{changed}.{rest}")


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "é.é.é", "x" * 20_000, "e30.e30.e30", "W10.e30.", "." * 2000])
def test_what_is_no_token_at_all_is_refused(checks: TokenChecks, token: str) -> None:
    assert _refusal(checks, token)


def test_a_rotated_key_is_fetched_at_once_but_invented_ones_only_so_often(
    provider: LocalProvider, checks: TokenChecks, clock: Clock
) -> None:
    checks.access_token(provider.token())
    provider.rotate("second")
    checks.access_token(provider.token())
    asked_for_rotation = provider.jwks_asked

    for number in range(50):
        _refusal(checks, provider.token(headers={"kid": f"invented-{number}"}))
    asked_for_invented = provider.jwks_asked
    clock.now += 61
    provider.rotate("third")
    checks.access_token(provider.token())

    assert (asked_for_rotation, asked_for_invented) == (2, 3)
    assert provider.jwks_asked == 4


def test_known_keys_go_on_while_the_provider_is_away(provider: LocalProvider, checks: TokenChecks, clock: Clock) -> None:
    checks.access_token(provider.token())
    provider.is_up = False
    clock.now += 5000

    claims = checks.access_token(provider.token())

    assert claims["preferred_username"] == "ada"


def test_a_withdrawn_key_is_forgotten_when_the_provider_was_asked_again(
    provider: LocalProvider, checks: TokenChecks, clock: Clock
) -> None:
    old = provider.token()
    checks.access_token(old)
    provider.rotate("second")
    del provider.keys["first"]
    clock.now += 601

    assert _refusal(checks, old) == "the identity provider has no such signing key"


def test_a_provider_that_never_answered_is_said_to_be_away(provider: LocalProvider, checks: TokenChecks) -> None:
    provider.is_up = False

    with pytest.raises(ProviderUnavailable, match="could not be fetched yet"):
        checks.access_token(provider.token())


def test_an_id_token_answers_one_question_of_one_client(provider: LocalProvider, checks: TokenChecks) -> None:
    asked = {"aud": WEB_CLIENT, "typ": "ID", "nonce": "n-1"}
    good = provider.token(**asked)
    wrong = [
        provider.token(**(asked | {"nonce": "n-2"})),
        provider.token(**(asked | {"nonce": None})),
        provider.token(**(asked | {"aud": AUDIENCE})),
        provider.token(**(asked | {"azp": WORKER_CLIENT})),
        provider.token(**(asked | {"aud": [WEB_CLIENT, "x"], "azp": None})),
        provider.token(**(asked | {"typ": "Bearer"})),
    ]

    claims = checks.id_token(good, "n-1")

    assert claims["sub"]
    for token in wrong:
        with pytest.raises(TokenRefused):
            checks.id_token(token, "n-1")


def test_a_logout_token_is_neither_an_id_token_nor_an_access_token(provider: LocalProvider, checks: TokenChecks) -> None:
    told = {"aud": WEB_CLIENT, "typ": "Logout", "jti": "j-1", "events": {LOGOUT_EVENT: {}}}
    good = provider.token(**told)
    wrong = [
        provider.token(aud=WEB_CLIENT),
        provider.token(**(told | {"events": {}})),
        provider.token(**(told | {"nonce": "n"})),
        provider.token(**(told | {"sid": None, "sub": None})),
        provider.token(**(told | {"jti": None})),
        provider.token(**(told | {"aud": "other"})),
        provider.token(**(told | {"exp": int(time.time()) - 60})),
    ]

    claims = checks.logout_token(good)

    assert claims["sid"] == "session-1"
    for token in wrong:
        with pytest.raises(TokenRefused):
            checks.logout_token(token)


def _refusal(checks: TokenChecks, token: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        checks.access_token(token)
    return str(refused.value)


def _signed_with_secret(claims: dict[str, object], secret: bytes) -> str:
    """The library itself refuses to make this token."""
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "first"}, claims]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    signature = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
