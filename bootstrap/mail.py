"""The mail room joined with the desk: mails become tickets and answers, replies become mails."""

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from sqlalchemy import Engine

from api.ticket_room import TicketRoom
from bootstrap.connections import open_database, secret_key, zeebe_client
from bootstrap.tenants import heard_tenants, in_each, tenant_folder
from bootstrap.tracing import publisher
from services.crm import Attachment, Correspondence, IncomingMessage, MessageKind, Reply, SqlCorrespondence, SqlTicketSearch
from services.files import FileStore, FolderFileStore, safe_name, sniff
from services.identity import DEFAULT_TENANT
from services.mail.held import HeldMails
from services.mail.incoming import IncomingMail, MailAttachment
from services.mail.intake import MailIntake
from services.mail.letter import InvalidLetter, Letter
from services.mail.mailbox import Mailbox, MailboxReader, MailboxUnavailable
from services.mail.outbox import Delivery, SqlOutbox
from services.mail.parsing import MailLimits
from services.mail.received_log import SqlReceivedLog
from services.mail.sender import DeskSender, plain_subject
from services.mail.sending import Sending
from services.mail.smtp_server import serve_smtp
from services.mail.transport import FolderTransport, SmtpServer, SmtpTransport, Transport
from services.mail.wording import Wording, language_of_text
from services.portal import SqlPortalAccess
from services.portal.access import LINK_LIFE
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)
SENDING_SECONDS = 5
PORTAL_SECONDS = 3600


def file_store(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> FolderFileStore:
    """A tenant's files; what came before tenants had folders of their own lies with the default one's."""
    shared = settings.data_dir / "files"
    own = tenant_folder(settings, tenant_id) / "files"
    return FolderFileStore(own, None if own == shared else shared)


def desk_sender(settings: Settings) -> DeskSender:
    return DeskSender(settings.mail_address, settings.mail_name, secret_key(settings))


def outbox(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> SqlOutbox:
    return SqlOutbox(engine, desk_sender(settings), tenant_id=tenant_id)


def wording(settings: Settings) -> Wording:
    return Wording(settings.home / "templates" / "mail" / "desk")


def mail_intake(settings: Settings, engine: Engine) -> MailIntake:
    """What takes raw mails in, from wherever they come."""
    return MailIntake(
        DeskOfTickets(SqlCorrespondence(engine), file_store(settings)),
        SqlReceivedLog(engine),
        outbox(settings, engine),
        desk_sender(settings),
        settings.data_dir / "mail" / "held",
        MailLimits(mail=settings.max_mail_bytes),
        settings.mail_per_sender_per_hour,
    )


@dataclass(frozen=True, slots=True)
class DeskOfTickets:
    """`services.mail.intake.Desk` over the CRM: files first, then the transaction that names them."""

    correspondence: Correspondence
    files: FileStore

    def take_in(self, mail: IncomingMail, ticket_id: str | None, *, acknowledge: bool) -> tuple[str, bool]:
        message = IncomingMessage(
            source="mail",
            external_id=mail.identity,
            text=mail.text,
            subject=plain_subject(mail.subject),
            author_name=mail.sender.name,
            author_email=mail.sender.address,
            message_id=mail.message_id,
            ticket_id=ticket_id,
            thread=mail.thread,
            attachments=tuple(keep_file(self.files, each.name, each.content) for each in mail.attachments),
            acknowledge=acknowledge,
        )
        receipt = self.correspondence.receive(message)
        return receipt.ticket_id, receipt.opened


def keep_file(files: FileStore, name: str, content: bytes) -> Attachment:
    """A stranger's file: kept by its hash, named and typed by us."""
    shown = safe_name(name)
    kept = files.put(content)
    return Attachment(shown, sniff(content, shown), kept.size, kept.sha256)


def hand_over(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> int:
    """Turn the desk's replies into letters; how many."""
    correspondence = SqlCorrespondence(engine, tenant_id=tenant_id)
    letters, box = LetterWriter(settings, tenant_id), outbox(settings, engine, tenant_id)
    replies = correspondence.unhanded()
    for reply in replies:
        try:
            message_id = box.put(letters.letter(reply))
        except InvalidLetter as error:
            log.warning("reply_not_sent", message_number=reply.number, reason=type(error).__name__)
            message_id = ""
        correspondence.mark_handed(reply.number, message_id)
    return len(replies)


@dataclass(frozen=True, slots=True)
class LetterWriter:
    """Letters in the customer's language."""

    settings: Settings
    tenant_id: str = DEFAULT_TENANT

    def letter(self, reply: Reply) -> Letter:
        ticket = reply.ticket
        is_receipt = reply.kind is MessageKind.RECEIPT
        language = language_of_text(f"{ticket.subject}\n{ticket.text}")
        values = {
            "text": reply.text,
            "subject": ticket.subject or ticket.ticket_id,
            "ticket_id": ticket.ticket_id,
            "name": f"{',' if language == 'ru' else ''} {ticket.customer_name}" if ticket.customer_name else "",
            "desk": self.settings.mail_name,
            "portal_url": f"{self.settings.pages_url}/portal/tickets/{ticket.ticket_id}",
        }
        files = file_store(self.settings, self.tenant_id)
        return Letter(
            request_id=message_request(reply.number),
            subject_id=ticket.ticket_id,
            recipient=ticket.customer_email.strip(),
            recipient_name=ticket.customer_name,
            subject=desk_sender(self.settings).answer_subject(ticket.subject, ticket.ticket_id),
            text=wording(self.settings).text("receipt" if is_receipt else "reply", language, **values),
            thread=reply.thread,
            attachments=[MailAttachment(each.name, files.path(each.sha256).read_bytes()) for each in reply.attachments],
            auto_submitted="auto-replied" if is_receipt else "",
        )


def message_request(number: int) -> str:
    """The outbox's request id of a message of the correspondence."""
    return f"ticket_message:{number}"


def ticket_room(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> TicketRoom:
    """What pages and REST need of tickets and portal."""
    files, box = file_store(settings, tenant_id), outbox(settings, engine, tenant_id)

    def keep(name: str, content: bytes) -> Attachment:
        return keep_file(files, name, content)

    def deliveries(ticket_id: str) -> dict[int, Delivery]:
        return {number_of_request(name): delivery for name, delivery in box.deliveries(ticket_id).items()}

    def try_again(number: int) -> None:
        box.try_again(message_request(number))

    def send_link(address: str, secret: str, language: str, goal: str) -> None:
        box.put(sign_in_letter(settings, address, secret, language, goal))

    return TicketRoom(
        SqlTicketSearch(engine, tenant_id=tenant_id),
        SqlCorrespondence(engine, tenant_id=tenant_id),
        files,
        SqlPortalAccess(engine, tenant_id=tenant_id),
        keep,
        deliveries,
        try_again,
        send_link,
        # What comes in by mail is the default tenant's.
        HeldMails(mail_intake(settings, engine)) if tenant_id == DEFAULT_TENANT else None,
    )


def sign_in_letter(settings: Settings, address: str, secret: str, language: str, goal: str) -> Letter:
    """The mail by which a customer signs in."""
    minutes = int(LINK_LIFE.total_seconds() // 60)
    link = f"{settings.pages_url}/portal/enter?{urlencode({'link': secret, 'next': goal})}"
    values = {"link": link, "minutes": str(minutes), "desk": settings.mail_name}
    subject, text = wording(settings).with_subject("sign_in", language, **values)
    # A part of the hash: the request is not the secret.
    request_id = f"sign_in:{hashlib.sha256(secret.encode()).hexdigest()[:32]}"
    return Letter(request_id, "sign_in", address, subject, text, auto_submitted="auto-generated", is_secret=True)


def number_of_request(request_id: str) -> int:
    return int(request_id.removeprefix("ticket_message:"))


def written_mails(settings: Settings) -> FolderTransport:
    """Where mails go while there is no mail server; those of before stay there when there is one."""
    return FolderTransport(settings.data_dir / "mail" / "sent")


def transport(settings: Settings) -> Transport:
    if settings.smtp_host is None:
        return written_mails(settings)
    server = SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        settings.smtp_ca_file,
    )
    return SmtpTransport(server, settings.mail_address)


def mailbox(settings: Settings) -> Mailbox | None:
    if settings.imap_host is None:
        return None
    return Mailbox(
        settings.imap_host,
        settings.imap_port,
        settings.imap_username,
        settings.imap_password.get_secret_value(),
        settings.imap_folder,
        settings.imap_done_folder,
        settings.imap_security == "tls",
        settings.imap_ca_file,
    )


async def receive_mail(settings: Settings, started: Callable[[int], None]) -> None:
    """Take mails in by SMTP until cancelled."""
    tls = None
    if settings.mail_tls_certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(settings.mail_tls_certificate, settings.mail_tls_key)
    with open_database(settings) as engine:
        await serve_smtp(
            mail_intake(settings, engine),
            settings.mail_host or settings.host,
            settings.mail_port or 0,
            addresses=mail_addresses(settings),
            tls=tls,
            started=started,
        )


def mail_addresses(settings: Settings) -> frozenset[str]:
    """Whom mail is taken in for."""
    return frozenset(each.casefold() for each in (settings.mail_address, *settings.mail_addresses))


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs for mail and portal."""

    def send() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            hand_over(settings, engine, tenant_id)
            Sending(outbox(settings, engine, tenant_id), transport(settings)).send_due()

        in_each(settings, of_tenant)

    def read_mailbox() -> None:
        box = mailbox(settings)
        assert box is not None, "without a mailbox the clock does not start this task"
        with open_database(settings) as engine:
            try:
                MailboxReader(box, mail_intake(settings, engine), engine).read_new()
            except MailboxUnavailable as error:
                log.warning("mailbox_unavailable", reason=str(error))

    def tell_processes() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            asyncio.run(_tell_processes(settings, engine, tenant_id))

        in_each(settings, of_tenant, whose=heard_tenants)

    def forget_customers() -> None:
        in_each(settings, lambda engine, tenant_id: SqlPortalAccess(engine, tenant_id=tenant_id).forget_ended())

    tasks = [
        BackgroundTask("mail.send", send, every_seconds=SENDING_SECONDS),
        BackgroundTask("mail.tell_processes", tell_processes, every_seconds=SENDING_SECONDS),
        BackgroundTask("portal.forget_ended", forget_customers, every_seconds=PORTAL_SECONDS),
    ]
    if settings.imap_host is not None:
        tasks.append(BackgroundTask("mail.read_mailbox", read_mailbox, every_seconds=settings.imap_seconds))
    return tasks


async def _tell_processes(settings: Settings, engine: Engine, tenant_id: str) -> None:
    async with zeebe_client(settings) as client:
        await SqlCorrespondence(engine, tenant_id=tenant_id).publish_answers(publisher(client.of_tenant(tenant_id)))
