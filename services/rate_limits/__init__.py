"""How many requests somebody may make in a minute, counted where all web processes see it (Redis) or in this one."""

from services.rate_limits.limits import InMemoryCounters, RateCounters, RateLimit
from services.rate_limits.redis_counters import RedisCounters
from services.rate_limits.shared_counters import SharedCounters

__all__ = ["InMemoryCounters", "RateCounters", "RateLimit", "RedisCounters", "SharedCounters"]
