"""Notifications with tables and a clock of their own, and servers that speak each channel's protocol."""

import base64
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from sqlalchemy import Engine, create_engine, text

from api.i18n import load_languages
from history.database import open_engine
from services.notifications import (
    Backoff,
    ChannelName,
    Event,
    InMemoryDirectory,
    Person,
    Sender,
    SqlAddressBook,
    SqlDeliveryLog,
    SqlNotificationInbox,
    SqlNotifications,
    SqlOutbox,
    SqlWishBook,
    Wording,
    person,
)
from services.notifications.channels import Channel
from services.notifications.tables import metadata
from services.outgoing import OutgoingPolicy
from tests.http_threads import served

HOME = Path(__file__).parents[1]
LOOPBACK = OutgoingPolicy.of(["127.0.0.0/8"])
START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = Person("a" * 32, "ann", "en", "ann@example.com", frozenset({"identity"}), frozenset({"staff"}))
BORIS = Person("b" * 32, "boris", "ru", "boris@example.com", frozenset({"identity"}), frozenset({"operator"}))
CLARA = Person("c" * 32, "clara")
PEOPLE = (ANN, BORIS, CLARA)


def wording(public_url: str = "https://penstock.test") -> Wording:
    languages = load_languages(HOME / "translations", "en")
    catalogs = {code: each.translations for code, each in languages.by_code.items()}
    of_models = {code: each.of_models for code, each in languages.by_code.items()}
    return Wording(HOME / "templates", catalogs, "en", public_url, of_models)


@dataclass
class Rig:
    """One installation's notifications."""

    engine: Engine
    now: datetime = START
    people: tuple[Person, ...] = PEOPLE
    channels: list[Channel] = field(default_factory=list)
    backoff: Backoff = field(default_factory=lambda: Backoff(chance=lambda: 1.0))

    def clock(self) -> datetime:
        return self.now

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    @property
    def directory(self) -> InMemoryDirectory:
        return InMemoryDirectory(self.people)

    @property
    def notifications(self) -> SqlNotifications:
        return SqlNotifications(self.engine, self.directory, self.clock)

    @property
    def addresses(self) -> SqlAddressBook:
        return SqlAddressBook(self.engine, self.clock)

    @property
    def wishes(self) -> SqlWishBook:
        return SqlWishBook(self.engine)

    @property
    def inbox(self) -> SqlNotificationInbox:
        return SqlNotificationInbox(self.engine, self.clock)

    @property
    def log(self) -> SqlDeliveryLog:
        return SqlDeliveryLog(self.engine, self.clock)

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.engine, self.clock)

    def sender(self) -> Sender:
        return Sender(
            self.outbox, self.channels, self.addresses, self.directory, self.wishes, wording(), self.backoff, self.clock
        )

    def send_due(self) -> int:
        return self.sender().send_due()

    def breach(self, *who: str, ticket: str = "T-1", request_id: str = "1") -> int:
        """An urgent event."""
        values = {"target": "reply", "due_at": START, "summary": "The printer burns"}
        return self.notifications.notify(
            Event.SLA_BREACHED, [person(name) for name in who or ("ann",)], f"ticket:{ticket}", values, request_id
        )

    def assign(self, *who: str, task: str = "Check", request_id: str = "1") -> int:
        """One that can wait."""
        recipients = [person(name) for name in who or ("ann",)]
        return self.notifications.notify(Event.TASK_ASSIGNED, recipients, "task:7", {"task": task}, request_id)

    def add_address(self, who: Person | None, channel: ChannelName, where: str, *, secret: str = "", **options) -> str:
        with self.engine.begin() as connection:
            return self.addresses.add(
                connection, who.account_id if who else "", channel, where, secret=secret, is_proven=True, **options
            )

    def rows(self, query: str) -> list[tuple]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def states(self) -> list[tuple[str, str, int]]:
        return self.rows("SELECT channel, state, attempts FROM notification_delivery ORDER BY created_at, channel, account_id")


def open_rig(url: str) -> Rig:
    engine = open_engine(url, durable=False)
    metadata.create_all(engine)
    return Rig(engine)


def quick_rig(path: Path) -> Rig:
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    return Rig(engine)


class AnyPort(Controller):
    """Asks the port that the system chose whether the server is up."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@dataclass
class MailBox:
    """A real SMTP server. `answer` may refuse: it gets the recipient, or None for the data."""

    controller: Controller
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: Callable[[str | None], str] = lambda _recipient: "250 2.0.0 OK"

    @property
    def port(self) -> int:
        return self.controller.port

    async def handle_RCPT(self, _server, _session, envelope: Envelope, address: str, _options) -> str:  # noqa: N802
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answer(None)
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=email.policy.default))
            self.recipients += envelope.rcpt_tos
        return answer


@contextmanager
def mail_box(**options) -> Iterator[MailBox]:
    box = MailBox(None)
    box.controller = AnyPort(box, hostname="127.0.0.1", port=0, ready_timeout=10, **options)
    box.controller.start()
    try:
        yield box
    finally:
        box.controller.stop()


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


@dataclass
class HttpServer:
    """A real HTTP server that keeps what it gets and answers what it is told; `answers` are used up, the last one stays."""

    address: str
    received: list[Received] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    by_path: Callable[[Received], Answer] | None = None

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def next_answer(self, received: Received) -> Answer:
        self.received.append(received)
        if self.by_path is not None:
            return self.by_path(received)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def http_server() -> Iterator[HttpServer]:
    server = HttpServer("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.next_answer(Received("POST", self.path, headers, body))
            if answer.wait is not None:
                answer.wait.wait(5)
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments):
            pass

    with served(Handler) as port:
        server.address = f"127.0.0.1:{port}"
        yield server


def url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
