"""Sends what is due: one connection for many mails, each marked at once after the server's answer."""

from dataclasses import dataclass

import structlog

from services.mail.outbox import Outbox, OutgoingMail
from services.mail.transport import DeliveryFailed, Line, Transport

log = structlog.get_logger(__name__)
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Sending:
    """One round over the outbox."""

    outbox: Outbox
    transport: Transport

    def send_due(self, limit: int = AT_ONCE) -> int:
        """How many mails were sent; those that were not know why and when they are tried again."""
        due = self.outbox.take_due(limit)
        if not due:
            return 0
        sent = 0
        try:
            with self.transport.open() as line:
                while due:
                    sent += self._send(line, due[0])
                    due.pop(0)
        except DeliveryFailed as failure:
            # No line at all: every mail that is left waits.
            for mail in due:
                self._failed(mail, failure)
        return sent

    def _send(self, line: Line, mail: OutgoingMail) -> bool:
        try:
            line.send(mail.recipient, mail.content)
        except DeliveryFailed as failure:
            self._failed(mail, failure)
            return False
        self.outbox.mark_sent(mail.number)
        log.info("mail_sent", number=mail.number, attempts=mail.attempts + 1)
        return True

    def _failed(self, mail: OutgoingMail, failure: DeliveryFailed) -> None:
        self.outbox.mark_failed(mail.number, str(failure), is_final=failure.is_final)
        log.warning("mail_not_sent", number=mail.number, attempts=mail.attempts + 1, is_final=failure.is_final)
