"""Answers that are costly to find and the same for everybody who asks: heat maps, counts, throughput."""

from services.aggregates.cache import AggregateCache, Store
from services.aggregates.memory_store import InMemoryStore
from services.aggregates.redis_store import RedisStore

__all__ = ["AggregateCache", "InMemoryStore", "RedisStore", "Store"]
