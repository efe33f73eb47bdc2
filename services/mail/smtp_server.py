"""Receiving by SMTP: a mail is answered 250 only after its commit; whatever goes wrong before, the sender keeps it.

It relays for nobody: recipients other than the desk's own are refused. It offers no sign-in; it stands behind the company's
mail server, or is the mail exchanger of the desk's own domain.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.mail.incoming import InvalidMail
from services.mail.intake import MailIntake

log = structlog.get_logger(__name__)
ACCEPTED = "250 2.0.0 Taken in"
TRY_LATER = "451 4.3.0 It could not be taken in just now, try again later"
NOT_READABLE = "554 5.6.0 The mail cannot be read: {reason}"
NOT_HERE = "550 5.7.1 Nobody of this name takes mail here"
IDLE_S = 60
MAXIMUM_RECIPIENTS = 100


@dataclass(frozen=True, slots=True)
class SmtpHandler:
    """`addresses` are the desk's own; empty: any. A `+part` before the @ does not matter."""

    intake: MailIntake
    addresses: frozenset[str] = frozenset()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if (self.addresses and _plain(address) not in self.addresses) or len(envelope.rcpt_tos) >= MAXIMUM_RECIPIENTS:
            return NOT_HERE
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        if envelope.mail_from in {None, "", "<>"}:
            # The receiving server writes down the return path; an empty one says that nobody wants an answer.
            content = b"Return-Path: <>\r\n" + content
        try:
            await asyncio.to_thread(self.intake.receive, content)
        except InvalidMail as error:
            return NOT_READABLE.format(reason=error)
        except Exception as error:  # noqa: BLE001  # a database that is away must not lose a mail: its sender tries again
            log.error("mail_not_taken_in", error=type(error).__name__)  # noqa: TRY400  # its text may hold the mail
            return TRY_LATER
        return ACCEPTED


class Receiver(SMTP):
    """Lines longer than the standard allows are common; refusing them would lose mails of customers."""

    line_length_limit = 64 * 1024


async def serve_smtp(
    intake: MailIntake,
    host: str,
    port: int,
    *,
    addresses: frozenset[str] = frozenset(),
    tls: ssl.SSLContext | None = None,
    started: Callable[[int], None] = lambda _port: None,
) -> None:
    """Receive until cancelled; `started` hears the port."""
    handler = SmtpHandler(intake, addresses)

    def protocol() -> SMTP:
        return Receiver(
            handler,
            hostname=host,
            ident="Penstock",
            data_size_limit=intake.limits.mail,
            enable_SMTPUTF8=True,
            tls_context=tls,
            timeout=IDLE_S,
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(protocol, host, port)
    async with server:
        started(server.sockets[0].getsockname()[1])
        await server.serve_forever()


def _plain(address: str) -> str:
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
