"""The cache over both stores; Redis is a real one."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from services.aggregates import AggregateCache, InMemoryStore, RedisStore, Store
from tests.redis_server import RedisServer

KEY = ("heat_map", "<default>", "order", None)


@dataclass(frozen=True)
class Answer:
    count: int
    at: datetime | None = None


@dataclass
class Clock:
    now: float = 1_000.0
    asked: int = 0

    def __call__(self) -> float:
        return self.now

    def find(self) -> Answer:
        self.asked += 1
        return Answer(self.asked, datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield InMemoryStore()
        return
    kept = RedisStore.of(request.getfixturevalue("redis_server").url)
    kept.client.flushall()
    yield kept
    kept.client.close()


def cache_of(store: Store, clock: Clock) -> AggregateCache:
    return AggregateCache(store, clock=clock)


def test_while_the_position_stands_an_answer_is_found_once(store: Store) -> None:
    clock = Clock()
    cache = cache_of(store, clock)

    answers = [cache.of(Answer, KEY, "1:7", clock.find) for _ in range(3)]

    assert answers == [Answer(1, datetime(2026, 11, 21, tzinfo=UTC))] * 3
    assert clock.asked == 1


def test_when_the_position_moves_the_answer_is_found_anew(store: Store) -> None:
    clock = Clock()
    cache = cache_of(store, clock)

    answers = [cache.of(Answer, KEY, version, clock.find).count for version in ("1:7", "1:8", "1:8")]

    assert answers == [1, 2, 2]


def test_questions_and_tenants_are_told_apart(store: Store) -> None:
    clock = Clock()
    cache = cache_of(store, clock)
    keys = [("heat_map", "a", "b"), ("heat_map", "a:b", ""), ("heat_map", "a", "b", None), ("summary", "a", "b")]

    answers = [cache.of(Answer, key, "1:7", clock.find).count for key in keys]

    assert answers == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 5000,
        b'{"version": "1:7"}',
        b'{"version":"1:7","answer":{"count":"x"}}',
    ],
)
def test_what_is_no_answer_of_ours_is_found_anew(store: Store, content: bytes) -> None:
    clock = Clock()
    cache_of(store, clock).of(Answer, KEY, "1:7", clock.find)
    store.put('penstock:aggregate:1:["heat_map","<default>","order",null]', content, seconds=60)

    answer = cache_of(store, clock).of(Answer, KEY, "1:7", clock.find)

    assert answer.count == 2


@dataclass
class Slow:
    asked: list[int] = field(default_factory=list)

    def find(self) -> Answer:
        self.asked.append(1)
        time.sleep(0.1)
        return Answer(len(self.asked))


def test_of_those_who_ask_at_once_one_finds_the_answer(store: Store) -> None:
    cache, slow, answers = AggregateCache(store), Slow(), []
    threads = [threading.Thread(target=lambda: answers.append(cache.of(Answer, KEY, "1:7", slow.find))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [Answer(1)] * 8


def test_while_the_position_moves_those_who_wait_share_an_answer_begun_after_they_asked(store: Store) -> None:
    cache, slow, answers = AggregateCache(store), Slow(), []

    def ask(version: int) -> None:
        answers.append(cache.of(Answer, KEY, f"1:{version}", slow.find).count)

    threads = [threading.Thread(target=ask, args=(version,)) for version in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)
    for thread in threads:
        thread.join()

    assert (len(slow.asked), sorted(answers)) == (2, [1] + [2] * 7)


def test_an_error_is_kept_by_nobody(store: Store) -> None:
    clock = Clock()
    cache = cache_of(store, clock)

    def fail() -> Answer:
        raise LookupError

    with pytest.raises(LookupError):
        cache.of(Answer, KEY, "1:7", fail)

    assert cache.of(Answer, KEY, "1:7", clock.find).count == 1


def test_memory_keeps_no_more_than_its_share_and_drops_the_longest_unused() -> None:
    store = InMemoryStore(most_bytes=100)
    for name in "abc":
        store.put(name, b"x" * 30, seconds=60)
    store.get("a")

    store.put("d", b"x" * 30, seconds=60)
    store.put("huge", b"x" * 101, seconds=60)

    assert [name for name in ("a", "b", "c", "d", "huge") if store.get(name)] == ["a", "c", "d"]


def test_memory_forgets_in_time() -> None:
    clock = Clock()
    store = InMemoryStore(clock=clock)
    store.put("a", b"x", seconds=60)

    clock.now += 61

    assert store.get("a") is None


def test_processes_share_what_redis_keeps(redis_server: RedisServer) -> None:
    clock = Clock()
    stores = [RedisStore.of(redis_server.url) for _ in range(2)]
    stores[0].client.flushall()

    answers = [cache_of(store, clock).of(Answer, KEY, "1:7", clock.find).count for store in stores]

    assert answers == [1, 1]
    for store in stores:
        store.client.close()


def test_redis_may_die_and_come_back_meanwhile() -> None:
    server, clock, resting = RedisServer(), Clock(), Clock()
    server.start()
    store = RedisStore.of(server.url)
    store.clock = resting

    def ask() -> int:
        """By another web process each time."""
        return cache_of(store, clock).of(Answer, KEY, "1:7", clock.find).count

    try:
        before = ask()
        server.kill()
        while_away = [ask() for _ in range(2)]
        server.start()
        resting.now += 6
        after = [ask() for _ in range(2)]
        kept = len(store.client.keys())
    finally:
        store.client.close()
        server.close()

    assert (before, while_away, after, kept) == (1, [2, 2], [3, 3], 1)
