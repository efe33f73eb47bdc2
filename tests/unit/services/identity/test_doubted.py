"""Of several sessions that an administrator ends at the provider one is told of; the provider is asked about the others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from services.identity import ProviderUnavailable, Role
from services.identity.account import Account, Vouched
from services.identity.local import LocalIdentities
from services.identity.local_sessions import open_session
from services.identity.oidc.accounts import remember
from services.identity.oidc.claims import account_id_of
from services.identity.oidc.doubted import DOUBT_MS, doubt_others, end_silent
from services.identity.tables import session
from tests.web_app import open_database

ISSUER = "https://keycloak.example/realms/penstock"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)


@dataclass
class Provider:
    """Knows sessions by subject; away when told so."""

    known: dict[str, set[str]]
    is_away: bool = False
    asked: list[str] = field(default_factory=list)

    def sessions(self, subject: str) -> frozenset[str]:
        self.asked.append(subject)
        if self.is_away:
            raise ProviderUnavailable("Keycloak could not do this (ConnectionError)")
        return frozenset(self.known.get(subject, ()))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(tmp_path / "penstock.db")
    yield made
    made.dispose()


def person(engine: Engine, name: str, *provider_sessions: str) -> Account:
    who = Vouched(
        account_id_of(ISSUER, name), ISSUER, name, name, name.title(), frozenset({Role.STAFF}), frozenset(), "<default>"
    )
    owner = remember(engine, who, NOW_MS)
    with engine.begin() as connection:
        for each in provider_sessions:
            open_session(connection, owner, "127.0.0.1", NOW, NOW + timedelta(hours=1), each)
    return owner


def told_of(engine: Engine, owner: Account, provider_session: str, now_ms: int = NOW_MS) -> None:
    with engine.begin() as connection:
        doubt_others(connection, owner.account_id, provider_session, now_ms)


def alive(engine: Engine) -> set[str | None]:
    with engine.connect() as connection:
        return set(connection.scalars(select(session.c.provider_session)))


def test_what_the_provider_knows_no_more_ends_and_nobody_else_is_asked_about(engine: Engine) -> None:
    lena = person(engine, "lena", "office", "home", "phone")
    person(engine, "max", "desk")
    told_of(engine, lena, "office")
    provider = Provider({"lena": {"phone"}})

    ended = end_silent(engine, provider, NOW_MS)

    assert (ended, provider.asked) == (1, ["lena"])
    assert alive(engine) == {"office", "phone", "desk"}


def test_the_provider_is_asked_until_its_own_work_is_done(engine: Engine) -> None:
    lena = person(engine, "lena", "office", "home")
    told_of(engine, lena, "office")
    provider = Provider({"lena": {"home"}})

    first = end_silent(engine, provider, NOW_MS + 1)
    provider.known = {}
    second = end_silent(engine, provider, NOW_MS + 2)

    assert (first, second, alive(engine)) == (0, 1, {"office"})


def test_a_session_that_lives_on_is_asked_about_for_a_while_only(engine: Engine) -> None:
    lena = person(engine, "lena", "office", "home")
    told_of(engine, lena, "office")
    provider = Provider({"lena": {"home"}})

    for later in (1, DOUBT_MS + 1, DOUBT_MS + 2, DOUBT_MS * 2):
        end_silent(engine, provider, NOW_MS + later)

    assert provider.asked == ["lena", "lena"]
    assert alive(engine) == {"office", "home"}


def test_while_the_provider_is_away_the_doubt_stays(engine: Engine) -> None:
    lena = person(engine, "lena", "office", "home")
    told_of(engine, lena, "office")
    provider = Provider({}, is_away=True)

    with pytest.raises(ProviderUnavailable):
        end_silent(engine, provider, NOW_MS + DOUBT_MS * 10)
    provider.is_away = False
    ended = end_silent(engine, provider, NOW_MS + DOUBT_MS * 10)

    assert (ended, alive(engine)) == (1, {"office"})


def test_sessions_of_local_passwords_are_in_no_doubt(engine: Engine) -> None:
    lena = person(engine, "lena", "office", "")
    told_of(engine, lena, "office")

    ended = end_silent(engine, Provider({}), NOW_MS)

    assert (ended, alive(engine)) == (0, {"office", None})
    assert LocalIdentities(engine).accounts()
