"""Counters in Redis, shared by all web processes."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import redis
import structlog

from services.rate_limits.limits import WINDOW_SECONDS, InMemoryCounters

log = structlog.get_logger(__name__)
# A Redis that is away costs one request this long, and the others nothing for a while.
TIMEOUT_SECONDS = 0.2
REST_SECONDS = 5.0


@dataclass
class RedisCounters:
    """While Redis is away each process counts for itself: a limit guards, it must not be what stops the pages."""

    is_at_hand: ClassVar[bool] = False
    client: "redis.Redis"
    prefix: str = "penstock:rate:"
    clock: Callable[[], float] = time.monotonic
    _own: InMemoryCounters = field(default_factory=InMemoryCounters)
    _away_until: float = 0.0

    @classmethod
    def of(cls, url: str) -> "RedisCounters":
        return cls(redis.Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS))

    def count(self, subject: str, window: int) -> tuple[int, int]:
        if self.clock() < self._away_until:
            return self._own.count(subject, window)
        try:
            with self.client.pipeline(transaction=False) as pipe:
                name = f"{self.prefix}{subject}:"
                pipe.incr(f"{name}{window}")
                pipe.expire(f"{name}{window}", 2 * WINDOW_SECONDS)
                pipe.get(f"{name}{window - 1}")
                now, _, last = pipe.execute()
        except redis.RedisError as error:
            self._away_until = self.clock() + REST_SECONDS
            log.warning("rate_counters_away", reason=type(error).__name__)
            return self._own.count(subject, window)
        return int(now), int(last or 0)
