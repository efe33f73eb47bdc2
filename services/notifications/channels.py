"""The port behind which mail servers, messengers and receivers stand: a message goes out, or it is said why not."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.notifications.events import ChannelName, Event


class NotSent(Exception):
    """A message did not go out. The text goes into the delivery log: it names no address and repeats no foreign text."""


class TryLater(NotSent):
    """It may go out another time; `after_seconds` when the other side said when."""

    def __init__(self, reason: str, after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds


class ChannelDown(TryLater):
    """Nothing goes out by this channel for now: the rest of what waits is left as it is."""


class Undeliverable(NotSent):
    """It will never go out as it is."""


class AddressGone(Undeliverable):
    """Nobody is at this address any more: nothing is to be sent there again."""


@dataclass(frozen=True, slots=True)
class Destination:
    """An address, and what it needs beside it: a browser's keys, a webhook's secret."""

    address: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One event in somebody's language. `values` are as they were told, for programs."""

    notification_id: str
    event: Event
    subject_key: str
    title: str
    text: str
    url: str
    happened_at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes out at once: one item, or a digest of several. `message_id` is the same at every attempt."""

    message_id: str
    language: str
    items: tuple[Item, ...]
    is_urgent: bool = False
    is_digest: bool = False


# Sends one message and returns what the other side calls it. Raises `NotSent`.
type Send = Callable[[Destination, Message], str]


class Channel(Protocol):
    """A way out. A session serves many messages: a connection is opened once."""

    @property
    def name(self) -> ChannelName: ...

    def session(self) -> AbstractContextManager[Send]: ...
