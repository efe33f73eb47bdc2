"""Web Push: encrypted for the one browser (RFC 8291), vouched for by our own key (VAPID, RFC 8292).

The address of the push service comes from a browser, so from anybody: the request goes through `services.outgoing`.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from pywebpush import WebPusher

from services.notifications.addresses import InvalidAddress
from services.notifications.channels import Destination, Message, Undeliverable
from services.notifications.events import ChannelName
from services.notifications.guarded_posts import GuardedPosts
from services.notifications.http_answers import failure, refusal
from services.notifications.moments import system_clock
from services.notifications.wording import Wording
from services.outgoing import OutgoingPolicy

# A browser that is away longer need not hear it by push.
TTL_SECONDS = 86_400
TOKEN_LIVES_SECONDS = 12 * 3600
# What every push service takes, less what encryption adds.
MAX_PAYLOAD = 3000
WHO = "the push service"
GONE = frozenset({404, 410})


class BrowserKeys(msgspec.Struct, frozen=True):
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class PushKey:
    """The installation's own key, kept; push services know us by it, so a new one makes every browser subscribe again."""

    vapid: Vapid02

    @classmethod
    def of(cls, pem: bytes) -> "PushKey":
        return cls(Vapid02.from_pem(pem))

    @staticmethod
    def fresh() -> bytes:
        """A new one, as it is kept."""
        made = Vapid02()
        made.generate_keys()
        pem: bytes = made.private_pem()
        return pem

    @property
    def public(self) -> str:
        """As browsers take it: `applicationServerKey`."""
        encoding, form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        return base64.urlsafe_b64encode(self.vapid.public_key.public_bytes(encoding, form)).decode().rstrip("=")

    def authorization(self, endpoint: str, contact: str, now: datetime) -> Mapping[str, str]:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "sub": contact,
            "exp": int(now.timestamp()) + TOKEN_LIVES_SECONDS,
        }
        signed: Mapping[str, str] = self.vapid.sign(claims)
        return signed


def checked_subscription(endpoint: str, p256dh: str, auth: str, *, allow_http: bool = False) -> tuple[str, str]:
    """A browser's subscription as address and secret.

    Raises:
        InvalidAddress: it is none.
    """
    try:
        parts = urlsplit(endpoint)
        is_point = len(_decoded(p256dh)) == 65
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(p256dh))
        usable = is_point and len(_decoded(auth)) == 16 and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in ({"https", "http"} if allow_http else {"https"}) or len(endpoint) > 2000:
        raise InvalidAddress("the browser sent no push subscription that can be used")
    return endpoint, msgspec.json.encode(BrowserKeys(p256dh, auth)).decode()


@dataclass(frozen=True, slots=True)
class PushChannel(GuardedPosts):
    """The channel `push`; `contact` is whom a push service writes to (mailto: or https:)."""

    key: PushKey
    contact: str
    policy: OutgoingPolicy
    wording: Wording
    clock: Callable[[], datetime] = system_clock
    name: ChannelName = ChannelName.PUSH
    step_seconds: float = 10.0

    def post(self, client: httpx.Client, destination: Destination, message: Message) -> str:
        body = _encrypted(destination, self.payload(message))
        headers = {
            **self.key.authorization(destination.address, self.contact, self.clock()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL_SECONDS),
            "Urgency": "high" if message.is_urgent else "normal",
            # A push service that still holds the first of two equal ones replaces it.
            "Topic": message.message_id[:32],
        }
        try:
            with client.stream("POST", destination.address, content=body, headers=headers) as response:
                if response.is_success:
                    return str(response.headers.get("location", f"HTTP {response.status_code}"))[:200]
                raise refusal(response, WHO, gone=GONE)
        except httpx.HTTPError as error:
            raise failure(error, WHO) from error

    def payload(self, message: Message) -> bytes:
        """What the service worker shows; `tag` makes a second showing replace the first."""
        first = message.items[0]
        shown = {
            "title": self.wording.title(message)[:200],
            "body": first.text[:500],
            "url": first.url,
            "tag": message.message_id,
        }
        encoded = msgspec.json.encode(shown)
        return encoded if len(encoded) <= MAX_PAYLOAD else msgspec.json.encode({**shown, "body": ""})


def _encrypted(destination: Destination, payload: bytes) -> bytes:
    try:
        keys = msgspec.json.decode(destination.secret, type=BrowserKeys)
        subscription: Mapping[str, Any] = {"endpoint": destination.address, "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}
        body: bytes = WebPusher(subscription).encode(payload)["body"]
    except (msgspec.DecodeError, ValueError) as error:
        raise Undeliverable("the browser's keys cannot be used") from error
    return body


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
