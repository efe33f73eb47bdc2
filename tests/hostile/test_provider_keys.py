"""The identity provider's keys: rotated, withdrawn, invented, and a provider that does not answer."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

keys = pytest.importorskip("services.identity.oidc.keys", reason="this version has accounts of its own only")
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()


class Provider:
    """Answers its key document, or is away."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = key_ids
        self.is_up = True
        self.asked = 0

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if not self.is_up:
            raise keys.ProviderUnavailable("away")
        public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY, as_dict=True)
        return {"keys": [{**public, "kid": each, "use": "sig", "alg": "RS256"} for each in self.key_ids]}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_known_keys_go_on_while_the_provider_is_away() -> None:
    provider, clock = Provider("first"), Clock()
    known = keys.KeySet(provider, clock)
    known.key("first")

    provider.is_up, clock.now = False, 100_000

    assert known.key("first").key_id == "first"


def test_a_rotated_key_is_fetched_once_and_invented_ones_only_so_often() -> None:
    provider, clock = Provider("first"), Clock()
    known = keys.KeySet(provider, clock)
    known.key("first")
    provider.key_ids = ("first", "second")

    known.key("second")
    for number in range(50):
        with pytest.raises(keys.TokenRefused):
            known.key(f"invented-{number}")

    assert provider.asked == known.burst


@pytest.mark.parametrize("age", [0, 100_000], ids=["fresh", "stale"])
def test_a_known_key_does_not_wait_while_somebody_s_invented_one_is_asked_for(age: int) -> None:
    provider, clock = Provider("first"), Clock()
    known = keys.KeySet(provider, clock)
    known.key("first")
    asked, answer = threading.Event(), threading.Event()

    def slow() -> Mapping[str, Any]:
        asked.set()
        answer.wait()
        return provider()

    known.fetch, clock.now = slow, age
    with ThreadPoolExecutor(2) as threads:
        invented = threads.submit(known.key, "invented")
        asked.wait()
        found = threads.submit(known.key, "first")
        try:
            assert found.result(timeout=60).key_id == "first"
        finally:
            answer.set()

        assert isinstance(invented.exception(), keys.TokenRefused)
