"""Receiving by IMAP: a folder is read from where the last round ended; a mail is marked or moved only after its commit.

The place in a folder is UIDVALIDITY and the last UID. Where the server numbers a folder anew, reading begins again at its
start: mails that came before are known by their identity.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from services.mail.incoming import InvalidMail
from services.mail.intake import MailIntake
from services.mail.tables import mailboxes

log = structlog.get_logger(__name__)
AT_ONCE = 200
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxUnavailable(Exception):
    """The mail server cannot be reached, lets us not in, or has no such folder."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Which folder of whom. `done_folder` empty: mails stay and are marked as seen."""

    host: str
    port: int
    username: str
    password: str
    folder: str = "INBOX"
    done_folder: str = ""
    tls: bool = True
    ca_file: Path | None = None
    timeout_s: float = 30.0

    @property
    def name(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Place:
    uid_validity: int = 0
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class MailboxReader:
    """One round over a mailbox, as often as the clock says."""

    mailbox: Mailbox
    intake: MailIntake
    engine: Engine
    tenant_id: str = "<default>"

    def read_new(self) -> int:
        """Take in what is new; how many mails that were.

        Raises:
            MailboxUnavailable: it says why; the next round tries again.
        """
        try:
            with self._folder() as (connection, validity):
                place = self._place()
                last = place.last_uid if place.uid_validity == validity else 0
                uids = _new_uids(connection, last)
                for uid in uids[:AT_ONCE]:
                    self._take_in(connection, uid)
                    self._remember(Place(validity, uid))
                if not uids:
                    self._remember(Place(validity, last))
                return len(uids[:AT_ONCE])
        except (imaplib.IMAP4.error, OSError) as error:
            problem = f"{self.mailbox.host}:{self.mailbox.port}: {error}"[:500]
            self._remember(self._place(), problem)
            raise MailboxUnavailable(problem) from error

    @contextmanager
    def _folder(self) -> Iterator[tuple[imaplib.IMAP4, int]]:
        """The folder, opened for writing, with its UIDVALIDITY."""
        box = self.mailbox
        connection: imaplib.IMAP4
        if box.tls:
            context = ssl.create_default_context(cafile=box.ca_file)
            connection = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=box.timeout_s)
        else:
            connection = imaplib.IMAP4(box.host, box.port, timeout=box.timeout_s)
        try:
            connection.login(box.username, box.password)
            _require(connection.select(_quoted(box.folder)), f"folder {box.folder!r}")
            _, validity = connection.response("UIDVALIDITY")
            yield connection, int(validity[0] or 0) if validity else 0
        finally:
            try:
                connection.logout()
            except (imaplib.IMAP4.error, OSError):
                connection.shutdown()

    def _take_in(self, connection: imaplib.IMAP4, uid: int) -> None:
        _, described = connection.uid("FETCH", str(uid), "(RFC822.SIZE)")
        size = SIZE.search(described[0]) if described and isinstance(described[0], bytes) else None
        if size is None:
            # Somebody has taken it out meanwhile.
            return
        if int(size[1]) > self.intake.limits.mail:
            log.warning("mail_too_large", uid=uid, size=int(size[1]))
            connection.uid("STORE", str(uid), "+FLAGS", r"(\Flagged)")
            return
        # PEEK: reading alone must not mark it as seen.
        _, fetched = connection.uid("FETCH", str(uid), "(BODY.PEEK[])")
        raw = next((part[1] for part in fetched if isinstance(part, tuple)), b"")
        try:
            self.intake.receive(raw)
        except InvalidMail as error:
            self.intake.hold(raw, str(error))
        self._mark(connection, uid)

    def _mark(self, connection: imaplib.IMAP4, uid: int) -> None:
        """Seen, and out of the way where a folder is named for that."""
        connection.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
        done = self.mailbox.done_folder
        if not done:
            return
        if "MOVE" in connection.capabilities:
            _require(connection.uid("MOVE", str(uid), _quoted(done)), f"moving to {done!r}")
        else:
            _require(connection.uid("COPY", str(uid), _quoted(done)), f"copying to {done!r}")
            connection.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            connection.expunge()

    def _place(self) -> Place:
        columns = mailboxes.c
        mine = (columns.tenant_id == self.tenant_id) & (columns.mailbox == self.mailbox.name[:300])
        with self.engine.connect() as connection:
            row = connection.execute(select(columns.uid_validity, columns.last_uid).where(mine)).first()
        return Place() if row is None else Place(row.uid_validity, row.last_uid)

    def _remember(self, place: Place, problem: str = "") -> None:
        values = {
            "uid_validity": place.uid_validity,
            "last_uid": place.last_uid,
            "looked_at": datetime.now(UTC).replace(tzinfo=None),
            "problem": problem,
        }
        key = {"tenant_id": self.tenant_id, "mailbox": self.mailbox.name[:300]}
        make = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        statement = make(mailboxes).values(**key, **values)
        with self.engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "mailbox"], set_=values))


def _new_uids(connection: imaplib.IMAP4, last: int) -> list[int]:
    """`n:*` always names the last mail, also where its UID is below n."""
    _, found = connection.uid("SEARCH", f"UID {last + 1}:*")
    numbers = found[0].split() if found and found[0] else []
    return sorted(int(number) for number in numbers if int(number) > last)


def _require(answer: tuple[str, list[Any]], what: str) -> None:
    status, data = answer
    if status != "OK":
        said = data[0].decode("utf-8", "replace") if data and isinstance(data[0], bytes) else status
        raise imaplib.IMAP4.error(f"{what}: {said}")


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it: modified UTF-7 beyond ASCII, in quotation marks."""
    encoded = re.sub(r"[^\x20-\x7e]+", _utf7, folder.replace("&", "&-"))
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(match: re.Match[str]) -> str:
    return "&" + match[0].encode("utf-7")[1:].rstrip(b"-").decode("ascii").replace("/", ",") + "-"
