"""A provider that browsers reach at one address and our own processes at another, as in a network of containers."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine

from bootstrap.identity import door
from services.identity.errors import ProviderUnavailable
from services.identity.oidc.provider import Provider
from settings import Settings
from tests.identity_provider import local_provider

BROWSERS = "http://sign-in.example/realms/penstock"


@pytest.fixture
def inside() -> Iterator[str]:
    """The realm's address for our processes; the provider calls itself by the browsers' name."""
    with local_provider() as provider:
        reached_at, provider.issuer = provider.issuer, BROWSERS
        yield reached_at


def test_the_doors_are_asked_for_where_our_processes_reach_the_provider(inside: str) -> None:
    with httpx.Client() as client:
        address = Provider(BROWSERS, client, inside).door("authorization_endpoint")

    assert address == f"{BROWSERS}/auth"


def test_another_realm_at_that_address_is_refused(inside: str) -> None:
    with httpx.Client() as client, pytest.raises(ProviderUnavailable, match="calls itself by another name"):
        Provider("http://sign-in.example/realms/other", client, inside).door("token_endpoint")


def test_the_setting_names_the_server_and_the_issuer_the_realm(inside: str, tmp_path: Path) -> None:
    server = inside.removesuffix("/realms/penstock")
    settings = Settings(data_dir=tmp_path, keycloak_issuer=f"{BROWSERS}/", keycloak_url=f"{server}/")

    opened = door(settings, create_engine("sqlite://"))

    assert opened.provider is not None
    assert (opened.provider.issuer, opened.provider.reached_at) == (BROWSERS, inside)
    opened.close()
