"""How many requests an account and a tenant may make, and where they are counted."""

from services.rate_limits import InMemoryCounters, RateLimit, RedisCounters
from settings import Settings


def rate_limits(settings: Settings) -> list[RateLimit]:
    """The limits that the settings name; 0 is none."""
    counters = RedisCounters.of(settings.redis_url) if settings.redis_url else InMemoryCounters()
    named = {"account": settings.requests_per_minute, "tenant": settings.tenant_requests_per_minute}
    return [RateLimit(name, most, counters) for name, most in named.items() if most]
