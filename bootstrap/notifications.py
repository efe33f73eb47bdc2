"""Notifications joined with accounts, languages and the ways out that the settings open."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from sqlalchemy import Engine

from api.i18n import load_languages
from api.notification_desk import NotificationDesk
from bootstrap.connections import open_database
from bootstrap.identity import local_identities
from bootstrap.kept_keys import kept_key
from bootstrap.notification_watch import Watch
from bootstrap.tenants import in_each, tenants
from services.identity import DEFAULT_TENANT, Identities
from services.notifications import (
    Backoff,
    Channel,
    Notifications,
    Person,
    Sender,
    SqlAddressBook,
    SqlDeliveryLog,
    SqlNotificationInbox,
    SqlNotifications,
    SqlOutbox,
    SqlWishBook,
    Wording,
)
from services.notifications.addresses import EMAIL
from services.notifications.mail_channel import MailChannel, MailServer
from services.notifications.own_addresses import OwnAddresses
from services.notifications.push_channel import PushChannel, PushKey
from services.notifications.telegram_channel import TelegramBot, TelegramChannel
from services.notifications.telegram_linking import TelegramLinking
from services.notifications.webhook_channel import WebhookChannel
from services.outgoing import OutgoingPolicy
from settings import Settings
from workers.background import BackgroundTask

SEND_SECONDS = 5
TELEGRAM_SECONDS = 5
WATCH_SECONDS = 10
TIDY_SECONDS = 3600
# A run that is still sending needs no second one beside it in this process.
_SENDING = Lock()


@dataclass(frozen=True, slots=True)
class AccountDirectory:
    """The active accounts as people who can be told."""

    identities: Identities

    def people(self) -> Sequence[Person]:
        return [
            Person(
                account.account_id,
                account.username,
                account.language,
                # A username that is an address is one that an administrator has given.
                account.username if EMAIL.fullmatch(account.username) else "",
                account.groups,
                frozenset(role.value for role in account.roles),
            )
            for account in self.identities.accounts()
            if account.is_active
        ]


def notifications(settings: Settings, engine: Engine) -> Notifications:
    """What other rooms tell through; `.within(connection)` tells in their own transaction."""
    return sql_notifications(settings, engine)


def sql_notifications(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> SqlNotifications:
    people = AccountDirectory(local_identities(settings, engine, tenant_id))
    return SqlNotifications(engine, people, tenant_id=tenant_id)


def wording(settings: Settings) -> Wording:
    languages = load_languages(settings.home / "translations", settings.language)
    catalogs = {code: language.translations for code, language in languages.by_code.items()}
    of_models = {code: language.of_models for code, language in languages.by_code.items()}
    return Wording(settings.home / "templates", catalogs, settings.language, settings.pages_url, of_models)


def outgoing_policy(settings: Settings) -> OutgoingPolicy:
    """Which addresses requests to foreign servers may reach."""
    return OutgoingPolicy.of(settings.outgoing_allowed_networks.split(","))


def push_key(settings: Settings) -> PushKey | None:
    """None where push is not set up."""
    return PushKey.of(kept_key(settings.data_dir / "push.pem", PushKey.fresh)) if settings.push_contact else None


def channels(settings: Settings, words: Wording) -> list[Channel]:
    """The ways out that the settings open; webhooks need none."""
    policy = outgoing_policy(settings)
    found: list[Channel] = [WebhookChannel(policy)]
    if settings.smtp_host:
        found.append(MailChannel(mail_server(settings, settings.smtp_host), words))
    if settings.telegram_bot_token:
        found.append(TelegramChannel(telegram_bot(settings, settings.telegram_bot_token.get_secret_value())))
    key = push_key(settings)
    if key and settings.push_contact:
        found.append(PushChannel(key, settings.push_contact, policy, words))
    return found


def mail_server(settings: Settings, host: str) -> MailServer:
    return MailServer(
        host,
        settings.smtp_port,
        settings.smtp_sender,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password.get_secret_value(),
        tls=ssl.create_default_context(cafile=str(settings.smtp_ca_file) if settings.smtp_ca_file else None),
    )


def telegram_bot(settings: Settings, token: str) -> TelegramBot:
    return TelegramBot(token, settings.telegram_api_url)


def sender(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> Sender:
    words = wording(settings)
    return Sender(
        SqlOutbox(engine, tenant_id=tenant_id),
        channels(settings, words),
        SqlAddressBook(engine, tenant_id=tenant_id),
        AccountDirectory(local_identities(settings, engine, tenant_id)),
        SqlWishBook(engine, tenant_id=tenant_id),
        words,
        Backoff(attempts=settings.notification_attempts),
    )


def notification_desk(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> NotificationDesk:
    """Everything behind the pages about notifications."""
    words, key = wording(settings), push_key(settings)
    own = OwnAddresses(engine, SqlAddressBook(engine, tenant_id=tenant_id), sql_notifications(settings, engine, tenant_id))
    return NotificationDesk(
        SqlNotificationInbox(engine, tenant_id=tenant_id),
        SqlWishBook(engine, tenant_id=tenant_id),
        own,
        SqlDeliveryLog(engine, tenant_id=tenant_id),
        words,
        frozenset(channel.name for channel in channels(settings, words)),
        key.public if key else "",
    )


def notification_tasks(settings: Settings) -> list[BackgroundTask]:
    """What Celery runs for notifications."""

    def send() -> int:
        if not _SENDING.acquire(blocking=False):
            return 0
        try:
            return in_each(settings, lambda engine, tenant_id: sender(settings, engine, tenant_id).send_due())
        finally:
            _SENDING.release()

    def read_telegram() -> int:
        if settings.telegram_bot_token is None:
            return 0
        bot = telegram_bot(settings, settings.telegram_bot_token.get_secret_value())
        with _engine(settings) as engine:
            return TelegramLinking(engine, bot, [SqlAddressBook(engine, tenant_id=each) for each in tenants(engine)]).poll()

    def watch() -> int:
        def of_tenant(engine: Engine, tenant_id: str) -> int:
            return Watch(engine, sql_notifications(settings, engine, tenant_id), tenant_id=tenant_id).look()

        return in_each(settings, of_tenant)

    def tidy() -> int:
        old = timedelta(days=settings.notification_days)
        return in_each(
            settings, lambda engine, tenant_id: SqlNotificationInbox(engine, tenant_id=tenant_id).clear(older_than=old)
        )

    tasks = [
        BackgroundTask("notifications.send", send, every_seconds=SEND_SECONDS),
        BackgroundTask("notifications.watch", watch, every_seconds=WATCH_SECONDS),
        BackgroundTask("notifications.tidy", tidy, every_seconds=TIDY_SECONDS),
    ]
    if settings.telegram_bot_token is not None:
        tasks.append(BackgroundTask("notifications.telegram", read_telegram, every_seconds=TELEGRAM_SECONDS))
    return tasks


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    with open_database(settings) as engine:
        yield engine
