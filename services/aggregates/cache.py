"""A cache that a position invalidates.

Each answer is kept with the position of what it was made from (`version`): as long as that stands where it stood, the answer
is the true one and costs a look. Nobody gets an older one: a page that is told of a change asks once, and must not be shown
what was before.

While the position moves with every moment, those who ask at once share what one of them finds: an answer that somebody began
to find after one asked is as fresh as one's own would be.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

KEPT_SECONDS = 3600
_STRIPES = 64


class Store(Protocol):
    """Bytes by key. What it cannot give, or keep, is simply not there: it raises nothing."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, content: bytes, *, seconds: int) -> None: ...


class _Entry(msgspec.Struct, frozen=True):
    version: str
    answer: msgspec.Raw


@dataclass
class _Stripe:
    """One at a time looks for the answers of these keys; what the last one found, and when it began."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    name: str = ""
    version: str = ""
    began: float = 0.0
    content: bytes = b""


@dataclass(frozen=True)
class AggregateCache:
    """Over one store, of whatever process; `prefix` keeps installations and formats apart."""

    store: Store
    prefix: str = "penstock:aggregate:1"
    clock: Callable[[], float] = time.monotonic
    _stripes: list[_Stripe] = field(default_factory=lambda: [_Stripe() for _ in range(_STRIPES)])

    def of[Answer](self, answer: type[Answer], key: tuple[object, ...], version: str, find: Callable[[], Answer]) -> Answer:
        """The answer to `key` as of `version`, which was read just now, or of a later one; `key` names the tenant."""
        asked = self.clock()
        name = f"{self.prefix}:{msgspec.json.encode(key).decode()}"
        known = _read(answer, self.store.get(name), version)
        if known is not None:
            return known
        stripe = self._stripes[hash(name) % _STRIPES]
        with stripe.lock:
            if stripe.name == name and (stripe.version == version or stripe.began > asked):
                return msgspec.json.decode(stripe.content, type=answer)
            return self._found(stripe, name, version, find)

    def _found[Answer](self, stripe: _Stripe, name: str, version: str, find: Callable[[], Answer]) -> Answer:
        began = self.clock()
        found = find()
        stripe.name, stripe.version, stripe.began, stripe.content = name, version, began, msgspec.json.encode(found)
        self.store.put(name, msgspec.json.encode(_Entry(version, msgspec.Raw(stripe.content))), seconds=KEPT_SECONDS)
        return found


def _read[Answer](answer: type[Answer], content: bytes | None, version: str) -> Answer | None:
    """A store in the network is outside: what is no answer of ours is none."""
    if content is None:
        return None
    try:
        entry = msgspec.json.decode(content, type=_Entry)
        return msgspec.json.decode(entry.answer, type=answer) if entry.version == version else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
