"""Webhooks, signed by the Standard Webhooks specification: HMAC-SHA256 over id, timestamp and body.

A receiver takes `webhook-id`, which stays the same at every attempt, to tell doubles, and refuses a timestamp that is old. The
address is somebody's choice, so the request goes through `services.outgoing`; redirects are not followed.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx
import msgspec

from services.notifications.addresses import InvalidAddress
from services.notifications.channels import Destination, Message
from services.notifications.events import ChannelName
from services.notifications.guarded_posts import GuardedPosts
from services.notifications.http_answers import failure, refusal
from services.notifications.moments import system_clock
from services.outgoing import OutgoingPolicy

SECRET_PREFIX = "whsec_"  # noqa: S105  # how a secret begins
MAX_URL = 2000
WHO = "the receiver"


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def checked_url(written: str) -> str:
    """Raises `InvalidAddress`."""
    trimmed = written.strip()
    try:
        parts = urlsplit(trimmed)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(trimmed) > MAX_URL or not trimmed.isascii() or not trimmed.isprintable() or " " in trimmed:
        raise InvalidAddress("write the address of the receiver, like https://example.com/hook")
    if parts.username or parts.password:
        raise InvalidAddress("leave name and password out of the address: the signature proves who calls")
    return trimmed


@dataclass(frozen=True, slots=True)
class WebhookChannel(GuardedPosts):
    """The channel `webhook`."""

    policy: OutgoingPolicy
    clock: Callable[[], datetime] = system_clock
    name: ChannelName = ChannelName.WEBHOOK
    step_seconds: float = 10.0

    def post(self, client: httpx.Client, destination: Destination, message: Message) -> str:
        body = payload(message)
        timestamp = int(self.clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Penstock-Webhooks/1",
            "Idempotency-Key": message.message_id,
            "webhook-id": message.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(destination.secret, message.message_id, timestamp, body),
        }
        try:
            with client.stream("POST", destination.address, content=body, headers=headers) as response:
                if response.is_success:
                    return f"HTTP {response.status_code}"
                raise refusal(response, WHO)
        except httpx.InvalidURL as error:
            raise failure(httpx.UnsupportedProtocol("invalid"), WHO) from error
        except httpx.HTTPError as error:
            raise failure(error, WHO) from error


def payload(message: Message) -> bytes:
    """What a receiver reads: type, time and data by the specification, and `text` for chats that show it as it is."""
    item = message.items[0]
    subject_kind, _, subject_id = item.subject_key.partition(":")
    return msgspec.json.encode(
        {
            "type": item.event.value,
            "timestamp": item.happened_at.isoformat(),
            "data": {"subject": {"kind": subject_kind, "id": subject_id}, "url": item.url, "values": item.values},
            "text": f"{item.title}\n{item.text}\n{item.url}".replace("\n\n", "\n"),
        }
    )
