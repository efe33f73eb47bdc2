"""What somebody does with their own addresses: add one, prove it, try it, remove it. Each step is one transaction."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from services.notifications.addresses import Address, InvalidAddress, SqlAddressBook, checked_email
from services.notifications.events import CHOSEN_EVENTS, ChannelName, Event
from services.notifications.notifying import INSTALLATION, SqlNotifications
from services.notifications.push_channel import checked_subscription
from services.notifications.telegram_linking import bot_name
from services.notifications.webhook_channel import checked_url, new_secret


@dataclass(frozen=True, slots=True)
class TelegramLink:
    """What to open, or to send to the bot, within a quarter of an hour."""

    code: str
    bot: str

    @property
    def url(self) -> str:
        return f"https://t.me/{self.bot}?start={self.code}" if self.bot else ""


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses of accounts, and of the installation where the account id is `INSTALLATION`."""

    engine: Engine
    book: SqlAddressBook
    notifications: SqlNotifications
    # Whether a browser may name a push service without TLS: on this machine, in tests.
    allow_http_push: bool = False

    def of(self, account_id: str) -> Sequence[Address]:
        return self.book.of_account(account_id)

    def add_email(self, account_id: str, written: str) -> None:
        """Keep an address and send it a code; asked again, it gets a new one. Raises `InvalidAddress`."""
        where = checked_email(written)
        with self.engine.begin() as connection:
            address_id = self.book.add(connection, account_id, ChannelName.EMAIL, where, is_proven=False)
            code = self.book.new_code(connection, account_id, address_id)
            self.notifications.tell_address(connection, Event.ADDRESS_CHECK, account_id, address_id, {"code": code})

    def confirm(self, account_id: str, address_id: str, code: str) -> None:
        """Raises `WrongCode`."""
        self.book.confirm(account_id, address_id, code)

    def add_webhook(self, account_id: str, written: str, label: str = "", events: Collection[str] = ()) -> str:
        """The signing secret of a new receiver, which nobody can read again. Raises `InvalidAddress`."""
        where, secret = checked_url(written), new_secret()
        unknown = set(events) - {event.value for event in CHOSEN_EVENTS}
        if unknown:
            raise InvalidAddress(f"there is no event {min(unknown)[:80]!r}")
        with self.engine.begin() as connection:
            self.book.add(
                connection, account_id, ChannelName.WEBHOOK, where, secret=secret, label=label, events=events, is_proven=True
            )
        return secret

    def add_installation_webhook(self, written: str, events: Collection[str]) -> str:
        """A receiver that hears of events whoever they are for; no events: of all."""
        return self.add_webhook(INSTALLATION, written, events=events)

    def add_browser(self, account_id: str, endpoint: str, p256dh: str, auth: str, label: str) -> None:
        """A browser that has agreed. Raises `InvalidAddress`."""
        where, keys = checked_subscription(endpoint, p256dh, auth, allow_http=self.allow_http_push)
        with self.engine.begin() as connection:
            self.book.add(connection, account_id, ChannelName.PUSH, where, secret=keys, label=label, is_proven=True)

    def link_telegram(self, account_id: str) -> TelegramLink:
        with self.engine.begin() as connection:
            code = self.book.new_code(connection, account_id, code=secrets.token_urlsafe(18))
        return TelegramLink(code, bot_name(self.engine))

    def try_out(self, account_id: str, address_id: str) -> None:
        """Send a test. Raises `AddressNotFound`."""
        self.book.require(account_id, address_id)
        with self.engine.begin() as connection:
            self.notifications.tell_address(connection, Event.ADDRESS_TEST, account_id, address_id, {})

    def remove(self, account_id: str, address_id: str) -> None:
        """Raises `AddressNotFound`."""
        self.book.remove(account_id, address_id)
