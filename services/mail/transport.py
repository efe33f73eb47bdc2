"""How a mail leaves: by the company's SMTP server, or, where none is set, into a folder."""

import smtplib
import ssl
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from time import time_ns
from typing import Literal, Protocol

REFUSED_FOR_GOOD = 500


class DeliveryFailed(Exception):
    """The server did not take a mail; `is_final` where trying again is no use."""

    def __init__(self, problem: str, *, is_final: bool) -> None:
        super().__init__(problem)
        self.is_final = is_final


class Line(Protocol):
    """An open way to the server."""

    def send(self, recipient: str, content: bytes) -> None:
        """Raises `DeliveryFailed`."""
        ...


class Transport(Protocol):
    """Opens a line; one serves many mails."""

    def open(self) -> AbstractContextManager[Line]: ...


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and as whom; a password only over TLS unless the server is on this machine."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = ""
    # Who vouches for the server's certificate; unset: the machine's usual ones.
    ca_file: Path | None = None
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """`Transport` by SMTP. `sender` is the return path."""

    server: SmtpServer
    sender: str

    @contextmanager
    def open(self) -> Iterator[Line]:
        """A signed-in connection, closed at the end.

        Raises:
            DeliveryFailed: the server cannot be reached or lets us not in; never final.
        """
        try:
            connection = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"{self.server.host}:{self.server.port}: {_reason(error)}", is_final=False) from error
        try:
            yield _SmtpLine(connection, self.sender)
        finally:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "tls":
            context = ssl.create_default_context(cafile=server.ca_file)
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            if server.security == "starttls":
                connection.starttls(context=ssl.create_default_context(cafile=server.ca_file))
            if server.username:
                connection.login(server.username, server.password)
        except (smtplib.SMTPException, OSError):
            connection.close()
            raise
        return connection


@dataclass(frozen=True, slots=True)
class _SmtpLine:
    connection: smtplib.SMTP
    sender: str

    def send(self, recipient: str, content: bytes) -> None:
        try:
            self.connection.sendmail(self.sender, [recipient], content)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = error.recipients[recipient]
            raise DeliveryFailed(_said(code, text), is_final=code >= REFUSED_FOR_GOOD) from error
        except smtplib.SMTPResponseException as error:
            is_final = error.smtp_code >= REFUSED_FOR_GOOD and not isinstance(error, smtplib.SMTPSenderRefused)
            raise DeliveryFailed(_said(error.smtp_code, error.smtp_error), is_final=is_final) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(_reason(error), is_final=False) from error


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """`Transport` into files, for an installation without a mail server: what would have been sent can be read there."""

    folder: Path

    @contextmanager
    def open(self) -> Iterator[Line]:
        self.folder.mkdir(parents=True, exist_ok=True)
        yield _FolderLine(self.folder)

    def forget(self, address: str, *, besides: Collection[str] = ()) -> int:
        """Remove the mails to an address, but those of these message ids; returns how many there were."""
        gone = 0
        for file in sorted(self.folder.glob("*.eml")):
            with file.open("rb") as content:
                head = BytesHeaderParser().parse(content)
            to = {each.casefold() for _name, each in getaddresses(head.get_all("To", []))}
            if address.casefold() in to and str(head.get("Message-ID", "")).strip() not in besides:
                file.unlink(missing_ok=True)
                gone += 1
        return gone


@dataclass(frozen=True, slots=True)
class _FolderLine:
    folder: Path

    def send(self, recipient: str, content: bytes) -> None:  # noqa: ARG002  # it stands in the mail, too
        (self.folder / f"{time_ns()}.eml").write_bytes(content)


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"
