"""Each channel before a server that really speaks its protocol, and every way such a server can fail."""

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import http_ece
import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from py_vapid import Vapid02

from services.notifications import ChannelName, DeliveryState, Event, LogFilter, person
from services.notifications.mail_channel import MailChannel, MailServer
from services.notifications.push_channel import PushChannel, PushKey, checked_subscription
from services.notifications.telegram_channel import TelegramBot, TelegramChannel
from services.notifications.telegram_linking import TelegramLinking, bot_name
from services.notifications.webhook_channel import WebhookChannel, new_secret
from services.outgoing import OutgoingPolicy
from tests.notification_rig import (
    ANN,
    CLARA,
    HOME,
    LOOPBACK,
    Answer,
    HttpServer,
    Received,
    Rig,
    http_server,
    mail_box,
    quick_rig,
    url_safe,
    wording,
)

TOKEN = "123:secret-token"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = quick_rig(tmp_path / "notifications.db")
    yield made
    made.engine.dispose()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running


def entry_of(rig: Rig):
    [entry] = rig.log.page(LogFilter())
    return entry


def mail_server(port: int, **options) -> MailServer:
    return MailServer(
        "127.0.0.1", port, "Penstock <penstock@company.test>", **{"security": "none", "timeout_seconds": 2.0, **options}
    )


# E-mail.


def test_a_mail_has_text_and_html_and_knows_what_it_is(rig: Rig) -> None:
    with mail_box() as box:
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        rig.notifications.notify(
            Event.SLA_BREACHED,
            [person("boris")],
            "ticket:T-1",
            {"target": "reply", "due_at": rig.now, "summary": "<img src=x onerror=alert(1)>"},
            "1",
        )
        assert rig.send_due() == 1

    [mail] = box.mails
    text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert box.recipients == ["boris@example.com"]
    assert mail["Subject"] == "T-1: срок ответа нарушен"
    assert mail["From"] == "Penstock <penstock@company.test>"
    assert mail["Message-ID"].endswith("@company.test>")
    assert (mail["Auto-Submitted"], mail["X-Penstock-Event"]) == ("auto-generated", "sla_breached")
    assert "https://penstock.test/tickets/T-1" in text
    assert "<img src=x" in text
    assert "&lt;img src=x" in html
    assert "<img" not in html
    assert '<html lang="ru">' in html


def test_many_mails_go_over_one_connection(rig: Rig) -> None:
    with mail_box() as box:
        connections = []
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        for number in range(10):
            rig.breach("ann", request_id=str(number))
        opened = _counting_connections(connections)
        try:
            assert rig.send_due() == 10
        finally:
            opened()

    assert len(box.mails) == 10
    assert len({mail["Message-ID"] for mail in box.mails}) == 10
    assert len(connections) == 1


def _counting_connections(connections: list[int]):
    """Counts new TCP connections of smtplib; returns what ends the counting."""
    real = socket.create_connection

    def counted(*arguments, **options):
        connections.append(1)
        return real(*arguments, **options)

    socket.create_connection = counted

    def end() -> None:
        socket.create_connection = real

    return end


@pytest.mark.parametrize(
    ("answers", "state", "error"),
    [
        (
            {"rcpt": "550 5.1.1 no such user ann@example.com"},
            DeliveryState.DEAD,
            "the mail server answered 550 5.1.1: there is no such mailbox",
        ),
        ({"rcpt": "552 5.2.2 mailbox full"}, DeliveryState.DEAD, "the mail server answered 552 5.2.2"),
        ({"rcpt": "450 4.2.0 greylisted"}, DeliveryState.WAITING, "the mail server answered 450 4.2.0"),
        ({"data": "554 5.7.1 spam"}, DeliveryState.DEAD, "the mail server answered 554 5.7.1"),
        ({"data": "451 4.3.0 try later"}, DeliveryState.WAITING, "the mail server answered 451 4.3.0"),
    ],
)
def test_a_refused_mail_is_put_off_or_given_up_by_the_servers_code(rig: Rig, answers, state, error: str) -> None:
    with mail_box() as box:
        box.answer = lambda to: answers.get("data" if to is None else "rcpt", "250 OK")
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        rig.breach("ann")
        rig.send_due()

    assert (entry_of(rig).state, entry_of(rig).last_error) == (state, error)


def test_one_refused_recipient_keeps_no_other_mail(rig: Rig) -> None:
    with mail_box() as box:
        box.answer = lambda to: "550 5.1.1 unknown" if to == "ann@example.com" else "250 2.0.0 OK"
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        rig.breach("ann", "boris")
        assert rig.send_due() == 1

    assert box.recipients == ["boris@example.com"]


def test_a_server_that_is_away_is_asked_again_later(rig: Rig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rig.channels = [MailChannel(mail_server(taken.getsockname()[1]), wording())]
        rig.breach("ann")
        rig.send_due()
    assert entry_of(rig).last_error == "the mail server does not answer (ConnectionRefusedError)"

    rig.pass_time(minutes=1)
    with mail_box() as box:
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        assert rig.send_due() == 1


def test_a_server_that_says_nothing_is_left_in_time(rig: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rig.channels = [MailChannel(mail_server(silent.getsockname()[1], timeout_seconds=0.2), wording())]
        rig.breach("ann")
        rig.send_due()

    assert entry_of(rig).last_error == "the mail server does not answer (SMTPServerDisconnected)"


def test_a_mail_whose_sender_was_killed_goes_out_again_under_the_same_message_id(rig: Rig) -> None:
    with mail_box() as box:
        channel = MailChannel(mail_server(box.port), wording())
        rig.channels = [channel]
        rig.breach("ann")
        sender = rig.sender()
        [batch] = rig.outbox.claim(ChannelName.EMAIL, 1)
        people = {one.account_id: one for one in rig.people}
        with channel.session() as send:
            send(sender._destination(batch, people), sender._message(batch, people))
        # Killed here: the server has the mail, the outbox does not know.
        rig.pass_time(minutes=11)
        rig.send_due()

    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]


SENDING_PROCESS = """
import sys
from pathlib import Path
from services.notifications.mail_channel import MailChannel, MailServer
from tests.notification_rig import quick_rig, wording

rig = quick_rig(Path(sys.argv[1]))
rig.channels = [MailChannel(MailServer("127.0.0.1", int(sys.argv[2]), "penstock@company.test", "none"), wording())]
rig.send_due()
"""


def test_a_process_killed_while_the_server_takes_the_mail_is_followed_by_the_same_mail(rig: Rig, tmp_path: Path) -> None:
    rig.breach("ann")
    with mail_box() as box:
        command = [sys.executable, "-c", SENDING_PROCESS, str(tmp_path / "notifications.db"), str(box.port)]
        environment = {**os.environ, "PYTHONPATH": str(HOME)}
        sending = subprocess.Popen(command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL)

        def kill_at_the_data(to: str | None) -> str:
            if to is None:
                sending.kill()
            return "250 2.0.0 OK"

        box.answer = kill_at_the_data
        assert sending.wait(60) == -signal.SIGKILL
        while not box.mails:
            time.sleep(0.01)
        box.answer = lambda _to: "250 2.0.0 OK"
        after_kill = entry_of(rig)
        rig.channels = [MailChannel(mail_server(box.port), wording())]
        rig.pass_time(minutes=11)
        rig.send_due()

    assert after_kill.state is DeliveryState.SENDING
    assert (entry_of(rig).state, entry_of(rig).attempts) == (DeliveryState.SENT, 2)
    assert len({mail["Message-ID"] for mail in box.mails}) == 1


def test_a_mail_server_with_certificate_and_password(rig: Rig, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate, key)

    def authenticate(_server, _session, _envelope, _mechanism, data):
        is_right = (data.login, data.password) == (b"us", b"right")
        return AuthResult(success=is_right, handled=is_right)

    with mail_box(tls_context=server_side, authenticator=authenticate, auth_required=True, auth_require_tls=True) as box:
        trusted = ssl.create_default_context(cafile=str(certificate))
        options = {"security": "starttls", "username": "us"}
        outcomes = []
        for tls, password in ((ssl.create_default_context(), "right"), (trusted, "wrong"), (trusted, "right")):
            rig.channels = [MailChannel(mail_server(box.port, tls=tls, password=password, **options), wording())]
            rig.breach("ann", request_id="1")
            rig.send_due()
            outcomes.append(entry_of(rig).last_error)
            rig.pass_time(hours=2)

    assert outcomes[0].startswith("no trusted connection to the mail server")
    assert outcomes[1:] == ["the mail server refuses our name and password (535)", ""]
    assert len(box.mails) == 1


def self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


# Webhooks.


def hook(rig: Rig, server: HttpServer, *, policy: OutgoingPolicy = LOOPBACK) -> str:
    secret = new_secret()
    rig.people = (CLARA,)
    rig.add_address(CLARA, ChannelName.WEBHOOK, f"{server.url}/hook", secret=secret)
    rig.channels = [WebhookChannel(policy, rig.clock, step_seconds=0.5)]
    return secret


def is_rightly_signed(received: Received, secret: str) -> bool:
    """As the Standard Webhooks specification tells receivers to check."""
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode() + received.body
    expected = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    given = received.headers["webhook-signature"].removeprefix("v1,")
    return hmac.compare_digest(base64.b64decode(given), expected)


def test_a_webhook_is_signed_and_says_what_happened(rig: Rig, server: HttpServer) -> None:
    secret = hook(rig, server)
    rig.breach("clara")

    assert rig.send_due() == 1

    [received] = server.received
    assert is_rightly_signed(received, secret)
    assert not is_rightly_signed(received, new_secret())
    assert received.headers["webhook-timestamp"] == str(int(rig.now.timestamp()))
    assert received.headers["idempotency-key"] == received.headers["webhook-id"]
    assert received.json["type"] == "sla_breached"
    assert received.json["data"] == {
        "subject": {"kind": "ticket", "id": "T-1"},
        "url": "https://penstock.test/tickets/T-1",
        "values": {"target": "reply", "due_at": "2026-11-20T12:00:00Z", "summary": "The printer burns"},
    }
    assert received.json["text"].startswith("T-1: the reply is overdue\n")


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        (Answer(503), DeliveryState.WAITING, "the receiver answered 503"),
        (Answer(429, headers={"Retry-After": "3600"}), DeliveryState.WAITING, "the receiver answered 429"),
        (Answer(400), DeliveryState.DEAD, "the receiver answered 400"),
        (Answer(410), DeliveryState.DEAD, "the receiver answered 410: nobody is there any more"),
        (
            Answer(302, headers={"Location": "http://127.0.0.1/"}),
            DeliveryState.DEAD,
            "the receiver answered 302: redirects are not followed; write down where it leads",
        ),
        (Answer(wait=threading.Event()), DeliveryState.WAITING, "the receiver took too long"),
    ],
)
def test_a_receivers_answer_decides_what_becomes_of_a_webhook(rig: Rig, server: HttpServer, answer, state, error) -> None:
    hook(rig, server)
    server.answers = [answer]
    rig.breach("clara")

    rig.send_due()

    entry = entry_of(rig)
    assert (entry.state, entry.last_error) == (state, error)
    if answer.status == 429:
        assert entry.due_at == rig.now + timedelta(hours=1)
    if answer.wait is not None:
        answer.wait.set()


def test_a_webhook_that_was_put_off_comes_again_with_the_same_id_and_a_fresh_signature(rig: Rig, server: HttpServer) -> None:
    secret = hook(rig, server)
    server.answers = [Answer(500), Answer(204)]
    rig.breach("clara")
    rig.send_due()
    rig.pass_time(minutes=1)
    rig.send_due()

    first, second = server.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert is_rightly_signed(second, secret)
    assert (entry_of(rig).state, entry_of(rig).provider_id) == (DeliveryState.SENT, "HTTP 204")


def test_a_webhook_into_a_private_network_is_never_called(rig: Rig, server: HttpServer) -> None:
    hook(rig, server, policy=OutgoingPolicy())
    rig.breach("clara")

    rig.send_due()

    assert server.received == []
    assert entry_of(rig).last_error == "the address leads into a private network, which is not allowed"


# Telegram.


def chat(rig: Rig, server: HttpServer) -> None:
    clara = rig.people[2]
    rig.people = (clara,)
    rig.add_address(clara, ChannelName.TELEGRAM, "42")
    rig.channels = [TelegramChannel(TelegramBot(TOKEN, server.url, timeout_seconds=0.5))]


def test_a_telegram_message_is_plain_text_with_a_link(rig: Rig, server: HttpServer) -> None:
    chat(rig, server)
    server.answers = [Answer(body={"ok": True, "result": {"message_id": 77}})]
    rig.assign("clara", task="<b>*Check*</b>")

    assert rig.send_due() == 1

    [received] = server.received
    assert received.path == f"/bot{TOKEN}/sendMessage"
    assert received.json["chat_id"] == 42
    assert "parse_mode" not in received.json
    assert (
        received.json["text"] == "Task for you: <b>*Check*</b>\nA task has been assigned to you.\nhttps://penstock.test/inbox/7"
    )
    assert entry_of(rig).provider_id == "77"


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        (
            Answer(429, {"ok": False, "parameters": {"retry_after": 77}}),
            DeliveryState.WAITING,
            "Telegram answered 429: too many messages",
        ),
        (
            Answer(403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}),
            DeliveryState.DEAD,
            "Telegram answered 403: the chat has blocked the bot, or is gone",
        ),
        (
            Answer(400, {"ok": False, "description": "Bad Request: chat not found"}),
            DeliveryState.DEAD,
            "Telegram answered 400: the chat has blocked the bot, or is gone",
        ),
        (
            Answer(400, {"ok": False, "description": "Bad Request: message is too long"}),
            DeliveryState.DEAD,
            "Telegram answered 400",
        ),
        (
            Answer(401, {"ok": False}),
            DeliveryState.WAITING,
            "Telegram answered 401: the bot's token is wrong (PENSTOCK_TELEGRAM_BOT_TOKEN)",
        ),
        (Answer(502), DeliveryState.WAITING, "Telegram answered 502"),
        (Answer(wait=threading.Event()), DeliveryState.WAITING, "Telegram took too long"),
    ],
)
def test_telegrams_answer_decides_what_becomes_of_a_message(rig: Rig, server: HttpServer, answer, state, error: str) -> None:
    chat(rig, server)
    server.answers = [answer]
    rig.assign("clara")

    rig.send_due()

    entry = entry_of(rig)
    assert (entry.state, entry.last_error) == (state, error)
    assert TOKEN not in entry.last_error
    if answer.status == 429:
        assert entry.due_at == rig.now + timedelta(seconds=77)
    if answer.wait is not None:
        answer.wait.set()


class BotApi:
    """Telegram's side of linking: hands out what people wrote until it is acknowledged."""

    def __init__(self) -> None:
        self.updates: list[dict] = []
        self.sent: list[dict] = []

    def write(self, text: str, *, chat_id: int = 42, kind: str = "private", language: str = "ru") -> None:
        sender = {"username": "clara_t", "language_code": language}
        message = {"text": text, "chat": {"id": chat_id, "type": kind}, "from": sender}
        self.updates.append({"update_id": 100 + len(self.updates), "message": message})

    def __call__(self, received: Received) -> Answer:
        method = received.path.rpartition("/")[2]
        if method == "getMe":
            return Answer(body={"ok": True, "result": {"username": "penstock_bot"}})
        if method == "sendMessage":
            self.sent.append(received.json)
            return Answer(body={"ok": True, "result": {"message_id": 1}})
        waiting = [each for each in self.updates if each["update_id"] >= received.json["offset"]]
        return Answer(body={"ok": True, "result": waiting})


def linking(rig: Rig, server: HttpServer) -> tuple[BotApi, TelegramLinking]:
    api = BotApi()
    server.by_path = api
    return api, TelegramLinking(rig.engine, TelegramBot(TOKEN, server.url), [rig.addresses])


def new_code(rig: Rig) -> str:
    with rig.engine.begin() as connection:
        return rig.addresses.new_code(connection, ANN.account_id, code="a-long-random-code")


def test_a_chat_is_linked_by_a_code_that_works_once(rig: Rig, server: HttpServer) -> None:
    api, telegram = linking(rig, server)
    code = new_code(rig)
    api.write(f"/start {code}")
    api.write(f"/start {code}", chat_id=666)

    polled = [telegram.poll(), telegram.poll()]

    [linked] = rig.addresses.of_account(ANN.account_id)
    assert polled == [2, 0]
    assert (linked.channel, linked.label, linked.is_ready) == (ChannelName.TELEGRAM, "clara_t", True)
    assert rig.addresses.destination(linked.address_id).address == "42"
    assert [(each["chat_id"], "Код неверен" in each["text"]) for each in api.sent] == [(42, False), (666, True)]
    assert bot_name(rig.engine) == "penstock_bot"


def test_a_group_a_guess_and_an_old_code_link_nothing(rig: Rig, server: HttpServer) -> None:
    api, telegram = linking(rig, server)
    code = new_code(rig)
    api.write(f"/start {code}", kind="group")
    api.write("/start guess")
    api.write("hello")
    telegram.poll()
    rig.pass_time(minutes=16)
    api.write(f"/start {code}")

    telegram.poll()

    assert rig.addresses.of_account(ANN.account_id) == []


def test_a_chat_that_says_stop_is_unlinked(rig: Rig, server: HttpServer) -> None:
    api, telegram = linking(rig, server)
    api.write(f"/start {new_code(rig)}")
    api.write("/stop")

    telegram.poll()

    assert rig.addresses.of_account(ANN.account_id) == []


def test_telegram_being_away_is_no_error(rig: Rig) -> None:
    telegram = TelegramLinking(rig.engine, TelegramBot(TOKEN, "http://127.0.0.1:1"), [rig.addresses])

    assert telegram.poll() == 0


# Web Push.


class BrowserSide:
    """A browser's half of a subscription: it can read what was encrypted for it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"sixteen bytes ok"
        point = self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        self.p256dh = url_safe(point)

    def subscription(self, server: HttpServer) -> tuple[str, str]:
        return checked_subscription(f"{server.url}/push/abc", self.p256dh, url_safe(self.auth), allow_http=True)

    def read(self, received: Received) -> dict:
        clear = http_ece.decrypt(received.body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        return json.loads(clear)


def browser(rig: Rig, server: HttpServer) -> tuple[BrowserSide, PushKey]:
    side, key = BrowserSide(), PushKey.of(PushKey.fresh())
    endpoint, secret = side.subscription(server)
    clara = rig.people[2]
    rig.people = (clara,)
    rig.add_address(clara, ChannelName.PUSH, endpoint, secret=secret)
    rig.channels = [PushChannel(key, "mailto:admin@company.test", LOOPBACK, wording(), step_seconds=0.5)]
    return side, key


def test_a_push_can_be_read_by_its_browser_alone_and_is_vouched_for(rig: Rig, server: HttpServer) -> None:
    side, key = browser(rig, server)
    server.answers = [Answer(201, headers={"Location": "/message/1"})]
    rig.breach("clara")

    assert rig.send_due() == 1

    [received] = server.received
    shown = side.read(received)
    assert shown["title"] == "T-1: the reply is overdue"
    assert shown["url"] == "https://penstock.test/tickets/T-1"
    assert shown["tag"] == received.headers["topic"]
    assert received.headers["urgency"] == "high"
    assert b"T-1" not in received.body
    assert Vapid02.verify(received.headers["authorization"])
    assert f"k={key.public}" in received.headers["authorization"]
    with pytest.raises(http_ece.ECEException):
        BrowserSide().read(received)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(404), DeliveryState.DEAD),
        (Answer(410), DeliveryState.DEAD),
        (Answer(413), DeliveryState.DEAD),
        (Answer(429, headers={"Retry-After": "120"}), DeliveryState.WAITING),
        (Answer(500), DeliveryState.WAITING),
    ],
)
def test_a_push_services_answer_decides_what_becomes_of_a_push(rig: Rig, server: HttpServer, answer, state) -> None:
    browser(rig, server)
    server.answers = [answer]
    rig.breach("clara")

    rig.send_due()

    assert entry_of(rig).state is state
    is_gone = answer.status in {404, 410}
    assert bool(rig.addresses.of_account(rig.people[0].account_id)[0].broken) is is_gone
