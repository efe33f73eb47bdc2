"""Pages' heavy questions to the read models, answered from a cache that the projection's position invalidates."""

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import Literal, override

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from history.queries import (
    DEFAULT_TENANT,
    HeatMap,
    InstanceFilter,
    Process,
    ProcessVersion,
    Queries,
    Summary,
    Throughput,
)
from history.queries.reader import milliseconds_of
from services.aggregates import AggregateCache, InMemoryStore, RedisStore
from settings import Settings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@lru_cache(maxsize=8)
def _cache(redis_url: str | None, installation: str) -> AggregateCache:
    store = RedisStore.of(redis_url) if redis_url else InMemoryStore()
    return AggregateCache(store, f"penstock:aggregate:1:{installation}")


def aggregate_cache(settings: Settings) -> AggregateCache:
    """One for all tenants of this process: keys carry the tenant. Installations that share a Redis keep apart."""
    database = make_url(settings.sql_url).set(password=None).render_as_string()
    return _cache(settings.redis_url, hashlib.sha256(database.encode()).hexdigest()[:16])


def _hours(start: datetime | None, end: datetime | None, step: int = HOUR_MS) -> tuple[int | None, int | None]:
    """A span as the sums know it, which are by the hour: two that are the same to them are the same question."""
    first = None if start is None else milliseconds_of(start) // step
    return first, None if end is None else -(-milliseconds_of(end) // HOUR_MS)


class CachedQueries(Queries):
    """`Queries` whose aggregates are kept; lists, but for their totals, and single things are always asked for."""

    def __init__(self, engine: Engine, cache: AggregateCache, tenant_id: str = DEFAULT_TENANT) -> None:
        super().__init__(engine, tenant_id)
        self._cache = cache

    def _version(self) -> str:
        return ",".join(f"{partition}:{position}" for partition, position in sorted(self.positions().items()))

    @override
    def heat_map(
        self,
        bpmn_process_id: str,
        version: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> HeatMap:
        key = ("heat_map", self._tenant_id, bpmn_process_id, version, *_hours(start, end))
        ask = super().heat_map
        return self._cache.of(HeatMap, key, self._version(), lambda: ask(bpmn_process_id, version, start, end))

    @override
    def summary(self, since: datetime) -> Summary:
        key = ("summary", self._tenant_id, *_hours(since, None))
        ask = super().summary
        return self._cache.of(Summary, key, self._version(), lambda: ask(since))

    @override
    def throughput(
        self,
        start: datetime,
        end: datetime,
        every: Literal["hour", "day"] = "hour",
        bpmn_process_id: str | None = None,
    ) -> list[Throughput]:
        hours = _hours(start, end, HOUR_MS if every == "hour" else DAY_MS)
        key = ("throughput", self._tenant_id, every, bpmn_process_id, *hours)
        ask = super().throughput
        return self._cache.of(list[Throughput], key, self._version(), lambda: ask(start, end, every, bpmn_process_id))

    @override
    def count_instances(self, where: InstanceFilter | None = None) -> int:
        ask = super().count_instances
        return self._cache.of(int, ("count_instances", self._tenant_id, where), self._version(), lambda: ask(where))

    @override
    def processes(self, *, counted: bool = True) -> list[Process]:
        if not counted:
            return super().processes(counted=False)
        ask = super().processes
        return self._cache.of(list[Process], ("processes", self._tenant_id), self._version(), ask)

    @override
    def process_versions(self, bpmn_process_id: str, *, counted: bool = True) -> list[ProcessVersion]:
        if not counted:
            return super().process_versions(bpmn_process_id, counted=False)
        key = ("process_versions", self._tenant_id, bpmn_process_id)
        ask = super().process_versions
        return self._cache.of(list[ProcessVersion], key, self._version(), lambda: ask(bpmn_process_id))
