"""Telegram's Bot API: messages to linked chats. The token stands in each address, so no error text may hold an address."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from services.notifications.channels import (
    AddressGone,
    ChannelDown,
    Destination,
    Message,
    NotSent,
    Send,
    TryLater,
    Undeliverable,
)
from services.notifications.events import ChannelName

API_URL = "https://api.telegram.org"
MAX_TEXT = 4000
MAX_ANSWER = 1_000_000
# The bot was blocked or thrown out, or the chat does not exist.
NOBODY_THERE = ("chat not found", "user is deactivated", "bot was kicked", "blocked")


@dataclass(frozen=True, slots=True)
class TelegramBot:
    """Calls of the Bot API."""

    token: str = field(repr=False)
    api_url: str = API_URL
    timeout_seconds: float = 15.0

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=f"{self.api_url.rstrip('/')}/bot{self.token}", timeout=self.timeout_seconds) as client:
            yield client

    def call(self, client: httpx.Client, method: str, arguments: Mapping[str, object]) -> Any:  # noqa: ANN401  # JSON
        """The result of a call.

        Raises:
            NotSent: Telegram refused it, or cannot be reached.
        """
        try:
            response = client.post(f"/{method}", json=dict(arguments))
        except httpx.TimeoutException:
            raise ChannelDown("Telegram took too long") from None
        except httpx.HTTPError as error:
            raise ChannelDown(f"Telegram cannot be reached ({type(error).__name__})") from None
        answer = _answer(response)
        if response.is_success and answer.get("ok"):
            return answer.get("result")
        raise _refusal(response.status_code, answer)


@dataclass(frozen=True, slots=True)
class TelegramChannel:
    """The channel `telegram`."""

    bot: TelegramBot
    name: ChannelName = ChannelName.TELEGRAM

    @contextmanager
    def session(self) -> Iterator[Send]:
        with self.bot.client() as client:

            def send(destination: Destination, message: Message) -> str:
                arguments = {
                    "chat_id": int(destination.address),
                    "text": written(message),
                    "link_preview_options": {"is_disabled": True},
                    "disable_notification": not message.is_urgent and message.is_digest,
                }
                result = self.bot.call(client, "sendMessage", arguments)
                return str(result.get("message_id", "")) if isinstance(result, dict) else ""

            yield send


def written(message: Message) -> str:
    """Plain text: nothing a customer wrote can become markup."""
    parts = ["\n".join(part for part in (item.title, item.text, item.url) if part) for item in message.items]
    return "\n\n".join(parts)[:MAX_TEXT]


def _answer(response: httpx.Response) -> Mapping[str, Any]:
    if len(response.content) > MAX_ANSWER:
        return {}
    try:
        decoded = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _refusal(status: int, answer: Mapping[str, Any]) -> NotSent:
    description = str(answer.get("description", "")).casefold()
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    reason = f"Telegram answered {status}"
    if status == 429:
        # The limit is the bot's, not the chat's.
        return ChannelDown(f"{reason}: too many messages", float(wait) if isinstance(wait, int | float) else None)
    if status in {401, 404}:
        return ChannelDown(f"{reason}: the bot's token is wrong (PENSTOCK_TELEGRAM_BOT_TOKEN)")
    if status == 403 or any(sign in description for sign in NOBODY_THERE):
        return AddressGone(f"{reason}: the chat has blocked the bot, or is gone")
    if status >= 500 or not answer:
        return TryLater(reason)
    return Undeliverable(reason)
