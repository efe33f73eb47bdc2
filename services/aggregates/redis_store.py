"""What all web processes keep together, in Redis; while it is away, each for itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import redis
import structlog

from services.aggregates.memory_store import InMemoryStore

log = structlog.get_logger(__name__)
# A Redis that is away costs one request this long, and the others nothing for a while.
TIMEOUT_SECONDS = 0.2
REST_SECONDS = 5.0
# More than this is not worth the way.
MOST_BYTES = 4 * 1024 * 1024


@dataclass
class RedisStore:
    """`Store` of a fleet."""

    client: "redis.Redis"
    clock: Callable[[], float] = time.monotonic
    _own: InMemoryStore = field(default_factory=InMemoryStore)
    _away_until: float = 0.0

    @classmethod
    def of(cls, url: str) -> "RedisStore":
        return cls(redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS))

    def get(self, key: str) -> bytes | None:
        if self._is_away:
            return self._own.get(key)
        try:
            found = self.client.get(key)
        except redis.RedisError as error:
            self._rest(error)
            return self._own.get(key)
        return found if isinstance(found, bytes) else None

    def put(self, key: str, content: bytes, *, seconds: int) -> None:
        if not self._is_away and len(content) <= MOST_BYTES:
            try:
                self.client.set(key, content, ex=seconds)
            except redis.RedisError as error:
                # Also one that is full (noeviction): what is not kept there is kept here.
                self._rest(error)
            else:
                return
        self._own.put(key, content, seconds=seconds)

    @property
    def _is_away(self) -> bool:
        return self.clock() < self._away_until

    def _rest(self, error: Exception) -> None:
        self._away_until = self.clock() + REST_SECONDS
        log.warning("aggregates_away", reason=type(error).__name__)
