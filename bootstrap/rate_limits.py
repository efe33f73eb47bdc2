"""How many requests an account and a tenant may make, and where they are counted."""

from services.rate_limits import InMemoryCounters, RateCounters, RateLimit, RedisCounters, SharedCounters
from settings import Settings


def rate_limits(settings: Settings) -> list[RateLimit]:
    """The limits that the settings name; 0 is none."""
    counters = _counters(settings)
    named = {"account": settings.requests_per_minute, "tenant": settings.tenant_requests_per_minute}
    return [RateLimit(name, most, counters) for name, most in named.items() if most]


def _counters(settings: Settings) -> RateCounters:
    """Where all web processes see them: of a fleet in Redis, of one machine in a file."""
    if settings.redis_url:
        return RedisCounters.of(settings.redis_url)
    return InMemoryCounters() if settings.web_processes == 1 else SharedCounters(settings.data_dir / "rate_limits.db")
