"""All that pages and REST need of tickets beside their intake: finding, letters, files, the portal's sign-in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import UploadFile
from starlette.concurrency import run_in_threadpool

from api.problems import Problem
from services.crm import Attachment, Correspondence, TicketSearch
from services.files import FileStore
from services.mail.held import HeldMails
from services.mail.outbox import Delivery, MailState
from services.portal import PortalAccess

MAXIMUM_FILES = 10
MAXIMUM_FILE = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class TicketRoom:
    """The ports, and the few things that `bootstrap` joins from several of them."""

    search: TicketSearch
    correspondence: Correspondence
    files: FileStore
    portal: PortalAccess
    # Keeps a stranger's file under a name and type of our own.
    keep: Callable[[str, bytes], Attachment]
    # How far each message of a ticket has come as a mail, by the message's number.
    deliveries: Callable[[str], Mapping[int, Delivery]]
    # Sends a message again whose mail failed.
    try_again: Callable[[int], None]
    # Sends a customer the link they sign in by: address, secret, language, where it leads.
    send_link: Callable[[str, str, str, str], None]
    # Mails that wait for a decision; None where no mail comes in.
    held: HeldMails | None = None

    async def keep_uploads(self, uploads: Sequence[UploadFile]) -> tuple[Attachment, ...]:
        """A form's files, kept.

        Raises:
            Problem: they are too many, or one is too large.
        """
        # A form whose file field was left alone sends one file without name and content.
        chosen = [upload for upload in uploads if upload.filename]
        if len(chosen) > MAXIMUM_FILES:
            raise Problem(413, f"{len(chosen)} files are too many: at most {MAXIMUM_FILES} at once")
        kept = []
        for upload in chosen:
            content = await upload.read(MAXIMUM_FILE + 1)
            if len(content) > MAXIMUM_FILE:
                raise Problem(413, f"the file {upload.filename!r:.100} is larger than {MAXIMUM_FILE // 2**20} MB")
            kept.append(await run_in_threadpool(self.keep, upload.filename or "", content))
        return tuple(kept)


def has_trouble(delivery: Delivery | None) -> bool:
    """Whether somebody should look at a mail."""
    return delivery is not None and delivery.state in {MailState.FAILED, MailState.BOUNCED}
