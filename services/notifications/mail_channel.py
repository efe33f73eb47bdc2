"""E-mail over SMTP: text and HTML, one connection for many mails, server answers told apart by what helps.

The Message-ID is the message's own and the same at every attempt, so a mail that went out twice (the process was killed between
the server's 250 and our mark) is one to mail programs and to servers that look for doubles.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from services.notifications.channels import (
    AddressGone,
    ChannelDown,
    Destination,
    Message,
    NotSent,
    Send,
    TryLater,
    Undeliverable,
)
from services.notifications.events import ChannelName
from services.notifications.moments import system_clock
from services.notifications.wording import Wording

TIMEOUT_SECONDS = 20.0
# "mailbox unknown": 550 5.1.1 and its kin.
UNKNOWN_MAILBOX = re.compile(r"\b5\.1\.[1236]\b")


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in; the sender is what they come from."""

    host: str
    port: int
    sender: str
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    @property
    def bare_sender(self) -> str:
        """The address inside `Penstock <penstock@example.com>`."""
        return self.sender.rpartition("<")[2].rstrip("> ")

    @property
    def domain(self) -> str:
        return self.bare_sender.rpartition("@")[2] or "localhost"


@dataclass(frozen=True, slots=True)
class MailChannel:
    """The channel `email`."""

    server: MailServer
    wording: Wording
    clock: Callable[[], datetime] = system_clock
    name: ChannelName = ChannelName.EMAIL

    @contextmanager
    def session(self) -> Iterator[Send]:
        open_connections: list[smtplib.SMTP] = []

        def send(destination: Destination, message: Message) -> str:
            mail = self.written(destination.address, message)
            if not open_connections:
                open_connections.append(_connected(self.server))
            return _handed_in(open_connections[0], self.server, destination.address, mail)

        try:
            yield send
        finally:
            for connection in open_connections:
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()

    def written(self, to: str, message: Message) -> EmailMessage:
        """The mail itself."""
        mail = EmailMessage()
        mail["Message-ID"] = f"<{message.message_id}@{self.server.domain}>"
        mail["Date"] = format_datetime(self.clock().astimezone(UTC))
        mail["From"] = self.server.sender
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = self.wording.title(message)
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Penstock-Event"] = "digest" if message.is_digest else message.items[0].event.value
        mail["List-Unsubscribe"] = f"<{self.wording.public_url.rstrip('/')}/notifications/settings>"
        if message.is_urgent:
            mail["Importance"] = "high"
        mail.set_content(self.wording.mail(message, as_html=False))
        mail.add_alternative(self.wording.mail(message, as_html=True), subtype="html")
        return mail


def _connected(server: MailServer) -> smtplib.SMTP:
    try:
        return _signed_in(server)
    except smtplib.SMTPAuthenticationError as error:
        raise ChannelDown(f"the mail server refuses our name and password ({error.smtp_code})") from error
    except ssl.SSLError as error:
        raise ChannelDown(f"no trusted connection to the mail server ({error.reason or 'TLS'})") from error
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelDown(f"the mail server does not answer ({type(error).__name__})") from error


def _signed_in(server: MailServer) -> smtplib.SMTP:
    """A connection that may hand in mails."""
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout_seconds, context=server.tls
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
    try:
        if server.security == "starttls":
            connection.starttls(context=server.tls)
        if server.username:
            connection.login(server.username, server.password)
    except (smtplib.SMTPException, OSError):
        connection.close()
        raise
    return connection


def _handed_in(connection: smtplib.SMTP, server: MailServer, to: str, mail: EmailMessage) -> str:
    """Hand in a mail; returns the server's last word, which usually names the mail in its queue."""
    try:
        connection.ehlo_or_helo_if_needed()
        for code, said in _envelope(connection, server, to):
            if code not in {250, 251}:
                connection.rset()
                raise _refusal(code, said)
        code, said = connection.data(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n", cte_type="7bit")))
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelDown(f"the connection to the mail server broke ({type(error).__name__})") from error
    if code != 250:
        raise _refusal(code, said)
    return _without_addresses(said)


def _envelope(connection: smtplib.SMTP, server: MailServer, to: str) -> Iterator[tuple[int, bytes]]:
    yield connection.mail(server.bare_sender)
    yield connection.rcpt(to)


def _refusal(code: int, said: bytes | str) -> NotSent:
    """What a refusal means; the server's words may repeat the address, so only its codes are kept."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = re.search(r"\b[45]\.\d{1,3}\.\d{1,3}\b", text)
    reason = f"the mail server answered {code}{f' {found[0]}' if found else ''}"
    if code == 421:
        return ChannelDown(reason)
    if 400 <= code < 500:
        return TryLater(reason)
    if UNKNOWN_MAILBOX.search(text):
        return AddressGone(f"{reason}: there is no such mailbox")
    return Undeliverable(reason)


def _without_addresses(said: bytes) -> str:
    return re.sub(r"\S+@\S+", "…", said.decode("ascii", "replace"))[:200]
