"""What becomes of a mail: a ticket, an answer to one, or nothing but a line in the log.

The order makes it happen once: the desk takes the mail in under its identity, then the log remembers the verdict. Killed in
between, the mail comes again, the desk knows it, and the log catches up.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import structlog

from services.mail.incoming import Bounce, IncomingMail, InvalidMail, Nature
from services.mail.parsing import MailLimits, parse_mail
from services.mail.received_log import ReceivedLog, ReceivedMail, Verdict
from services.mail.sender import DeskSender

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)


class Desk(Protocol):
    """Where mails become tickets."""

    def take_in(self, mail: IncomingMail, ticket_id: str | None, *, acknowledge: bool) -> tuple[str, bool]:
        """Take a mail in, once per identity; the ticket's id, and whether the mail opened it."""
        ...


class Returns(Protocol):
    """What hears of letters that came back."""

    def bounced(self, message_id: str, problem: str) -> str | None:
        """Mark the letter; what it was about, None where it is none of ours."""
        ...


@dataclass(frozen=True, slots=True)
class MailIntake:
    """Takes raw mails in. `held` is the folder of those that somebody should look at."""

    desk: Desk
    log: ReceivedLog
    returns: Returns
    sender: DeskSender
    held: Path
    limits: MailLimits = field(default_factory=MailLimits)
    per_sender_per_hour: int = 60
    # Called after the commit of something that processes wait for.
    news: Callable[[], None] = lambda: None

    def receive(self, raw: bytes, *, is_trusted: bool = False) -> ReceivedMail:
        """What became of a mail; when this returns, it is committed. `is_trusted` passes over what would hold it back.

        Raises:
            InvalidMail: it cannot be read within the limits.
        """
        mail = parse_mail(raw, self.limits)
        known = self.log.find(mail.identity)
        if known is not None and not (is_trusted and known.verdict is Verdict.HELD):
            return known
        outcome = self._decide(mail, raw, is_trusted=is_trusted)
        self.log.record(outcome)
        log.info("mail_received", verdict=outcome.verdict, ticket_id=outcome.ticket_id)
        return outcome

    def hold(self, raw: bytes, reason: str) -> ReceivedMail:
        """Keep a mail that cannot be taken in as a file, for a person."""
        identity = f"sha256:{hashlib.sha256(raw).hexdigest()}"
        self._keep(raw)
        outcome = ReceivedMail(identity, "", Verdict.HELD, "", reason)
        self.log.record(outcome)
        log.warning("mail_held", reason=reason)
        return outcome

    def _decide(self, mail: IncomingMail, raw: bytes, *, is_trusted: bool) -> ReceivedMail:
        if mail.desk_mark == self.sender.mark or self.sender.is_ours(mail.message_id):
            return self._outcome(mail, Verdict.LOOP)
        if mail.nature is Nature.BOUNCE:
            return self._bounce(mail)
        if mail.nature is Nature.AUTO_REPLY:
            return self._outcome(mail, Verdict.AUTO_REPLY)
        # Without an address the key is empty, and all of them share one limit.
        lately = self.log.lately_from(mail.sender.key, HOUR)
        if lately >= self.per_sender_per_hour and not is_trusted:
            self._keep(raw)
            return ReceivedMail(mail.identity, mail.sender.key, Verdict.HELD, lately=lately)
        return self._take_in(mail)

    def _take_in(self, mail: IncomingMail) -> ReceivedMail:
        by_token = self.sender.ticket_in(mail.subject)
        acknowledge = mail.nature is Nature.PERSON and not mail.wants_no_acknowledgement and bool(mail.sender.address)
        ticket_id, opened = self.desk.take_in(mail, by_token, acknowledge=acknowledge)
        self.news()
        left_out = f"left out, too large or too many: {', '.join(mail.left_out)}" if mail.left_out else ""
        return self._outcome(mail, Verdict.TICKET if opened else Verdict.ANSWER, ticket_id, left_out)

    def _bounce(self, mail: IncomingMail) -> ReceivedMail:
        report = mail.bounce or Bounce("", "", "", permanent=True)
        problem = " ".join(part for part in (report.status, report.diagnostic) if part) or "it came back"
        subject_id = self.returns.bounced(report.original_message_id, problem) if report.permanent else None
        return self._outcome(mail, Verdict.BOUNCE, subject_id or "", problem)

    def _outcome(self, mail: IncomingMail, verdict: Verdict, ticket_id: str = "", detail: str = "") -> ReceivedMail:
        return ReceivedMail(mail.identity, mail.sender.key, verdict, ticket_id, detail)

    def _keep(self, raw: bytes) -> None:
        self.held.mkdir(parents=True, exist_ok=True)
        (self.held / f"{hashlib.sha256(raw).hexdigest()}.eml").write_bytes(raw)


__all__ = ["Desk", "InvalidMail", "MailIntake", "Returns"]
