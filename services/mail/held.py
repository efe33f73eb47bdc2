"""Mails that were held back, too many of one sender or unreadable: files that wait until a person takes them or drops them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from services.mail.incoming import InvalidMail
from services.mail.intake import MailIntake
from services.mail.parsing import parse_mail
from services.mail.received_log import ReceivedMail

log = structlog.get_logger(__name__)

SHOWN = 200
_NAME = re.compile(r"[0-9a-f]{64}")


class HeldMailUnknown(LookupError):
    """No such mail is held (any more)."""


@dataclass(frozen=True, slots=True)
class HeldMail:
    """`name` is its content's hash. One that cannot be read has neither sender nor subject, and the parser's reason.

    `lately` is how many mails its sender had sent within an hour, where that is why.
    """

    name: str
    kept_at: datetime
    size: int
    reason: str = ""
    lately: int = 0
    sender: str = ""
    subject: str = ""
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class HeldMails:
    """The folder of held mails, for a person to decide about each."""

    intake: MailIntake

    def count(self) -> int:
        return sum(1 for _file in self._files())

    def newest(self) -> list[HeldMail]:
        files = sorted(self._files(), key=lambda file: file.stat().st_mtime, reverse=True)
        return [self._described(file) for file in files[:SHOWN]]

    def content(self, name: str) -> bytes:
        """The mail as it came. Raises `HeldMailUnknown`."""
        return self._file(name).read_bytes()

    def take_in(self, name: str) -> ReceivedMail:
        """Let it become a ticket or an answer; killed before the file is gone, it is taken in once all the same.

        Raises:
            HeldMailUnknown: it is not held.
            InvalidMail: nobody can read it.
        """
        file = self._file(name)
        taken = self.intake.receive(file.read_bytes(), is_trusted=True)
        file.unlink(missing_ok=True)
        log.info("held_mail_taken_in", mail=name, ticket_id=taken.ticket_id)
        return taken

    def drop(self, name: str) -> None:
        """Forget it for good. Raises `HeldMailUnknown`."""
        self._file(name).unlink(missing_ok=True)
        log.info("held_mail_dropped", mail=name)

    def _files(self) -> list[Path]:
        return [file for file in self.intake.held.glob("*.eml") if _NAME.fullmatch(file.stem)]

    def _file(self, name: str) -> Path:
        file = self.intake.held / f"{name}.eml"
        if not _NAME.fullmatch(name) or not file.is_file():
            raise HeldMailUnknown(f"no mail {name[:64]!r} is held: perhaps somebody has decided about it already")
        return file

    def _described(self, file: Path) -> HeldMail:
        raw, state = file.read_bytes(), file.stat()
        kept_at = datetime.fromtimestamp(state.st_mtime, UTC)
        try:
            mail = parse_mail(raw, self.intake.limits)
        except InvalidMail as error:
            return HeldMail(file.stem, kept_at, state.st_size, str(error), is_readable=False)
        known = self.intake.log.find(mail.identity) or self.intake.log.find(f"sha256:{file.stem}")
        return HeldMail(
            file.stem,
            kept_at,
            state.st_size,
            known.detail if known else "",
            known.lately if known else 0,
            mail.sender.address or mail.sender.name,
            mail.subject,
        )
