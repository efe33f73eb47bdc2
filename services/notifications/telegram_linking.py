"""Linking a chat: somebody opens the bot with a code from their own page, and the bot learns which chat is theirs.

Updates are read in order, and how far is kept in the transaction that links, so each is acted on once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from sqlalchemy import Connection, Engine, delete, insert, select, update

from services.notifications.addresses import InvalidAddress, SqlAddressBook
from services.notifications.channels import NotSent
from services.notifications.events import ChannelName
from services.notifications.tables import address, cursor
from services.notifications.telegram_channel import TelegramBot

log = structlog.get_logger(__name__)

OFFSET, BOT_NAME = "telegram_offset", "telegram_bot"
WORDS = {
    "en": (
        "This chat now hears of what concerns you in Penstock.",
        "The code is wrong or has run out. Make a new one on the page.",
    ),
    "ru": ("В этот чат теперь приходят ваши уведомления Penstock.", "Код неверен или устарел. Сделайте новый на странице."),
}


@dataclass(frozen=True, slots=True)
class TelegramLinking:
    """Reads what people send to the bot."""

    engine: Engine
    bot: TelegramBot
    # Of each tenant.
    books: Sequence[SqlAddressBook]

    def poll(self) -> int:
        """Act on what has come since the last time; returns how many updates there were."""
        try:
            with self.bot.client() as client:
                self._learn_name(client)
                updates = self.bot.call(client, "getUpdates", {"offset": self._offset(), "allowed_updates": ["message"]})
                for each in updates if isinstance(updates, list) else ():
                    self._handle(client, each)
        except NotSent as trouble:
            log.warning("telegram_not_read", reason=str(trouble))
            return 0
        return len(updates) if isinstance(updates, list) else 0

    def _handle(self, client: httpx.Client, received: Mapping[str, Any]) -> None:
        message = received.get("message")
        chat, words = _private_chat(message), _words(message)
        answer = ""
        with self.engine.begin() as connection:
            keep(connection, OFFSET, str(int(received["update_id"]) + 1))
            if chat is not None and words[:1] == ["/start"] and len(words) == 2:
                answer = self._link(connection, chat, words[1], message)
            elif chat is not None and words[:1] == ["/stop"]:
                self._unlink(connection, chat)
        if answer and chat is not None:
            self.bot.call(client, "sendMessage", {"chat_id": int(chat), "text": answer})

    def _link(self, connection: Connection, chat: str, code: str, message: Any) -> str:  # noqa: ANN401  # JSON
        sender = message.get("from") or {}
        linked, refused = WORDS.get(str(sender.get("language_code", ""))[:2], WORDS["en"])
        # One bot serves all tenants: the code says whose it is.
        redeemed = ((book, book.redeem(connection, code[:64])) for book in self.books)
        book, account_id = next((each for each in redeemed if each[1] is not None), (None, None))
        if book is None or account_id is None:
            return refused
        label = str(sender.get("username") or sender.get("first_name") or "")
        try:
            book.add(connection, account_id, ChannelName.TELEGRAM, chat, label=label, is_proven=True)
        except InvalidAddress:
            return refused
        log.info("telegram_linked", account_id=account_id)
        return linked

    def _unlink(self, connection: Connection, chat: str) -> None:
        owners = [book.tenant_id for book in self.books]
        mine = (address.c.tenant_id.in_(owners), address.c.channel == ChannelName.TELEGRAM.value)
        connection.execute(delete(address).where(*mine, address.c.address == chat))

    def _offset(self) -> int:
        with self.engine.connect() as connection:
            return int(kept(connection, OFFSET) or 0)

    def _learn_name(self, client: httpx.Client) -> None:
        """The bot's own name, for the link on the page."""
        with self.engine.connect() as connection:
            if kept(connection, BOT_NAME) is not None:
                return
        me = self.bot.call(client, "getMe", {})
        with self.engine.begin() as connection:
            keep(connection, BOT_NAME, str(me.get("username", ""))[:100])


def kept(connection: Connection, name: str) -> str | None:
    return connection.execute(select(cursor.c.value).where(cursor.c.name == name)).scalar_one_or_none()


def keep(connection: Connection, name: str, value: str) -> None:
    if connection.execute(update(cursor).where(cursor.c.name == name).values(value=value)).rowcount == 0:
        connection.execute(insert(cursor), {"name": name, "value": value})


def _private_chat(message: object) -> str | None:
    """The number of a chat with one person; a group would tell everybody in it."""
    chat = message.get("chat") if isinstance(message, dict) else None
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(chat.get("id"), int):
        return None
    return str(chat["id"])


def _words(message: object) -> list[str]:
    text = message.get("text") if isinstance(message, dict) else None
    return text.split() if isinstance(text, str) else []


def bot_name(engine: Engine) -> str:
    """Empty while nobody has asked Telegram yet."""
    with engine.connect() as connection:
        return kept(connection, BOT_NAME) or ""
