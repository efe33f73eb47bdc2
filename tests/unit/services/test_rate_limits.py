import shutil
import socket
import subprocess
import time

import pytest
import redis

from services.rate_limits import InMemoryCounters, RateCounters, RateLimit, RedisCounters, SharedCounters
from tests.redis_server import RedisServer


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is missing (Debian: redis-server)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    with redis.Redis.from_url(url) as client:
        deadline = time.monotonic() + 20
        while True:
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(params=["memory", "shared", "redis"])
def counters(request, tmp_path) -> RateCounters:
    if request.param != "redis":
        yield InMemoryCounters() if request.param == "memory" else SharedCounters(tmp_path / "rate_limits.db")
        return
    kept = RedisCounters.of(request.getfixturevalue("redis_url"))
    kept.client.flushall()
    yield kept
    kept.client.close()


class Clock:
    now = 600.0

    def __call__(self) -> float:
        return self.now


def test_the_limit_lets_so_many_through_and_says_when_to_come_back(counters) -> None:
    clock = Clock()
    limit = RateLimit("account", 3, counters, clock)
    clock.now += 20

    waits = [limit.seconds_to_wait("anna") for _ in range(4)]

    assert waits[:3] == [0, 0, 0]
    assert waits[3] == 71


def test_one_who_takes_too_much_takes_nothing_from_others(counters) -> None:
    limit = RateLimit("account", 1, counters, Clock())

    waits = [limit.seconds_to_wait(who) for who in ("anna", "anna", "boris")]

    assert [bool(wait) for wait in waits] == [False, True, False]


def test_around_the_turn_of_a_minute_nobody_gets_twice_the_limit(counters) -> None:
    clock = Clock()
    limit = RateLimit("account", 10, counters, clock)
    clock.now += 59
    before = [limit.seconds_to_wait("anna") for _ in range(10)]
    clock.now += 2

    after = [limit.seconds_to_wait("anna") for _ in range(10)]

    assert not any(before)
    assert sum(not wait for wait in after) <= 1


def test_after_the_seconds_that_were_said_a_request_goes_through(counters) -> None:
    clock = Clock()
    limit = RateLimit("account", 5, counters, clock)
    for _ in range(6):
        wait = limit.seconds_to_wait("anna")
    clock.now += wait

    again = limit.seconds_to_wait("anna")

    assert wait > 0
    assert again == 0


def test_two_processes_share_the_counters_of_redis(redis_url) -> None:
    first, second = RedisCounters.of(redis_url), RedisCounters.of(redis_url)
    first.client.flushall()
    limits = [RateLimit("account", 2, counters, Clock()) for counters in (first, second)]

    waits = [limit.seconds_to_wait("anna") for limit in (*limits, *limits)]

    assert [bool(wait) for wait in waits] == [False, False, True, True]
    first.client.close()
    second.client.close()


def test_without_redis_each_process_counts_for_itself() -> None:
    counters = RedisCounters.of("redis://127.0.0.1:1/0")
    limit = RateLimit("account", 1, counters, Clock())

    waits = [limit.seconds_to_wait("anna") for _ in range(2)]

    assert [bool(wait) for wait in waits] == [False, True]
    counters.client.close()


def test_many_strangers_do_not_fill_the_memory(monkeypatch) -> None:
    monkeypatch.setattr("services.rate_limits.limits.MOST_SUBJECTS", 100)
    counters = InMemoryCounters()

    for number in range(1_000):
        counters.count(f"account:{number}", 10)

    assert len(counters._counts) <= 102


def test_redis_may_die_and_come_back_meanwhile() -> None:
    server, resting = RedisServer(), Clock()
    server.start()
    counters = [RedisCounters.of(server.url) for _ in range(2)]
    limits = [RateLimit("account", 2, each, Clock()) for each in counters]
    for each in counters:
        each.clock = resting
    try:
        together = [limit.seconds_to_wait("anna") for limit in (*limits, *limits)]
        server.kill()
        each_alone = [limit.seconds_to_wait("anna") for limit in (*limits, *limits, *limits)]
        server.start()
        resting.now += 6
        together_again = [limit.seconds_to_wait("anna") for limit in (*limits, *limits)]
    finally:
        for each in counters:
            each.client.close()
        server.close()

    assert [bool(wait) for wait in together] == [False, False, True, True]
    assert [bool(wait) for wait in each_alone] == [False, False, False, False, True, True]
    assert [bool(wait) for wait in together_again] == [False, False, True, True]


def test_processes_of_one_file_count_together(tmp_path) -> None:
    one, other = SharedCounters(tmp_path / "rate_limits.db"), SharedCounters(tmp_path / "rate_limits.db")
    one.count("account:1", 10)

    counts = [other.count("account:1", 10), one.count("account:1", 11), other.count("account:2", 11)]

    assert counts == [(2, 0), (1, 2), (1, 0)]


def test_a_file_that_cannot_be_used_stops_nobody(tmp_path) -> None:
    counters = SharedCounters(tmp_path / "away" / "rate_limits.db")

    counts = [counters.count("account:1", 10), counters.count("account:1", 10)]

    assert counts == [(1, 0), (2, 0)]
