"""Tokens: one refresher over all processes, sealed at rest; webhooks: true ones only; requests: no faster than allowed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from services.crm.connectors import CrmBusy, Hint, Kind, NotConnected, WebhookRefused
from services.crm.connectors.amocrm import AmoWebhooks
from services.crm.connectors.bitrix24 import BitrixWebhooks
from services.crm.connectors.chatwoot import ChatwootWebhooks
from services.crm.connectors.ports import Credentials
from services.crm.connectors.rate import TokenBucket
from services.crm.connectors.sealing import Seal, SealBroken
from services.crm.connectors.tables import credentials
from services.crm.connectors.tokens import FixedTokens, SqlTokens, Tokens
from services.crm.sync import ConnectionBook
from services.outgoing import OutgoingPolicy
from tests.crm_rig import CREDENTIALS, add_connection, caller, sql_tokens
from tests.servers.bitrix24 import event
from tests.servers.chatwoot import signed
from tests.web_app import open_database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path) -> Iterator[Engine]:
    made = open_database(tmp_path / "test.db")
    add_connection(made)
    yield made
    made.dispose()


class OneUse:
    """A token server that ends a refresh token when it is used."""

    def __init__(self) -> None:
        self.good, self.uses, self.lock = "refresh-1", 0, threading.Lock()

    def __call__(self, held: Credentials) -> Tokens:
        with self.lock:
            self.uses += 1
            if held.refresh_token != self.good:
                raise NotConnected("the token was used before")
            self.good = f"refresh-{self.uses + 1}"
            return Tokens(f"access-{self.uses + 1}", self.good, 3600)


def test_eight_that_find_the_token_ended_fetch_one_new_one_between_them(engine: Engine) -> None:
    server, found = OneUse(), []
    stale = sql_tokens(engine, server).current()

    def ask() -> None:
        tokens = SqlTokens(engine, "c1", Seal.of(["a key of tests"]), server)
        found.append(tokens.current(stale).credentials.access_token)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["access-2"] * 8
    assert server.uses == 1


def test_a_refresher_that_was_killed_holds_nobody_up_for_long(engine: Engine) -> None:
    server, clock = OneUse(), [1_000_000.0]
    tokens = SqlTokens(
        engine, "c1", Seal.of(["k"]), server, clock=lambda: clock[0], sleep=lambda s: clock.__setitem__(0, clock[0] + s)
    )
    tokens.store(CREDENTIALS, seconds=3600)
    stale = tokens.current()
    dead = SqlTokens(engine, "c1", Seal.of(["k"]), server, clock=lambda: clock[0])
    assert dead._take_lease(stale)

    held = tokens.current(stale)

    assert held.credentials.access_token == "access-2"
    assert clock[0] - 1_000_000 < 60


def test_a_token_is_fetched_anew_before_it_ends(engine: Engine) -> None:
    server, clock = OneUse(), [1_000_000.0]
    tokens = SqlTokens(engine, "c1", Seal.of(["k"]), server, clock=lambda: clock[0])
    tokens.store(CREDENTIALS, seconds=3600)

    clock[0] += 3550

    assert tokens.current().credentials.access_token == "access-2"


def test_a_refused_refresh_token_asks_for_a_person_and_the_page_says_so(engine: Engine) -> None:
    tokens = sql_tokens(engine, OneUse(), Credentials("access-1", "stolen"))

    with pytest.raises(NotConnected):
        tokens.current(tokens.current())

    assert ConnectionBook(engine).named("sales").is_disconnected


def test_a_token_server_that_is_away_can_be_asked_again_at_once(engine: Engine) -> None:
    server = OneUse()
    answers = [CrmBusy("away")]

    def request(held: Credentials) -> Tokens:
        if answers:
            raise answers.pop()
        return server(held)

    tokens = sql_tokens(engine, request)
    stale = tokens.current()
    with pytest.raises(CrmBusy):
        tokens.current(stale)

    assert tokens.current(stale).credentials.access_token == "access-2"


def test_nothing_secret_stands_readable_in_the_database(engine: Engine) -> None:
    sql_tokens(engine, None)

    with engine.connect() as connection:
        sealed = connection.execute(select(credentials.c.sealed)).scalar_one()

    assert not [word for word in ("access", "refresh", "secret", "hook") if word in sealed]
    assert "access-1" not in repr(CREDENTIALS)


def test_what_an_earlier_key_sealed_opens_until_that_key_is_gone() -> None:
    sealed = Seal.of(["old"]).seal(CREDENTIALS)

    assert Seal.of(["new", "old"]).open(sealed) == CREDENTIALS
    with pytest.raises(SealBroken, match="PENSTOCK_EARLIER_SECRET_KEYS"):
        Seal.of(["new"]).open(sealed)


def test_bitrix_webhooks_prove_themselves_by_the_application_token() -> None:
    hooks = BitrixWebhooks(FixedTokens(CREDENTIALS))

    assert hooks.hints({}, event("deal", 7, "hook secret"), now=NOW) == [Hint(Kind.DEAL, "7")]
    for wrong in (event("deal", 7, "other"), b"event=ONCRMDEALUPDATE&data[FIELDS][ID]=7", b"\xff\xfe", b"a=1&" * 3000):
        with pytest.raises(WebhookRefused):
            hooks.hints({}, wrong, now=NOW)


def test_a_connection_without_a_webhook_secret_believes_no_webhook() -> None:
    empty = FixedTokens(Credentials("access-1"))

    with pytest.raises(WebhookRefused):
        BitrixWebhooks(empty).hints({}, event("deal", 7, ""), now=NOW)
    with pytest.raises(WebhookRefused):
        ChatwootWebhooks(empty).hints(signed("", b"{}", NOW.timestamp()), b"{}", now=NOW)


def test_amocrm_webhooks_name_what_changed_each_once() -> None:
    body = b"leads[update][0][id]=7&leads[status][0][id]=7&contacts[add][0][id]=9&contacts[add][0][type]=company&account[id]=1"

    hints = AmoWebhooks().hints({}, body + b"&leads[delete][0][id]=3&contacts[add][1][id]=4&leads[add][1][id]=../x", now=NOW)

    assert hints == [Hint(Kind.DEAL, "7"), Hint(Kind.CUSTOMER, "9")]


def test_chatwoot_webhooks_are_believed_signed_and_fresh() -> None:
    hooks, body = ChatwootWebhooks(FixedTokens(CREDENTIALS)), b'{"event":"message_created","conversation":{"id":5}}'
    at = NOW.timestamp()

    assert hooks.hints(signed("hook secret", body, at), body, now=NOW) == [Hint(Kind.TICKET, "5", "d-1")]
    late = NOW + timedelta(minutes=6)
    for headers, content, now in (
        (signed("other", body, at), body, NOW),
        (signed("hook secret", body, at), body + b" ", NOW),
        (signed("hook secret", body, at), body, late),
        ({**signed("hook secret", body, at), "x-chatwoot-timestamp": "1"}, body, NOW),
        (signed("hook secret", b"[", at), b"[", NOW),
        ({}, body, NOW),
    ):
        with pytest.raises(WebhookRefused):
            hooks.hints(headers, content, now=now)


def test_the_bucket_lets_out_no_more_than_its_rate_and_keeps_silence_when_asked() -> None:
    clock, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        clock[0] += seconds

    bucket = TokenBucket(2.0, 3, lambda: clock[0], sleep)
    for _ in range(13):
        bucket.take()
    assert clock[0] == pytest.approx(5.0)

    bucket.hold(10)
    bucket.take()

    assert 15.5 <= clock[0] <= 16.0


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://[::1]:9", "http://169.254.169.254/latest", "http://localhost:9"]
)
def test_a_private_address_is_not_reached(address: str) -> None:
    calls = caller(policy=OutgoingPolicy())

    with calls.client, pytest.raises(CrmBusy, match="PENSTOCK_OUTGOING_ALLOWED_NETWORKS"):
        calls.read("GET", address)
