import asyncio

import pytest

from api.events import Broadcaster
from history.queries import Changes


class Log:
    """Read models whose changes a test makes; it counts how often it was asked."""

    def __init__(self) -> None:
        self.changes: list[str] = []
        self.asked = 0

    def changed_since(self, token: str | None) -> Changes:
        self.asked += 1
        seen = len(self.changes) if token is None else int(token)
        return Changes(str(len(self.changes)), frozenset(self.changes[seen:]))


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def broadcaster(log: Log) -> Broadcaster:
    return Broadcaster(log, interval_s=0.01)


async def test_a_listener_hears_of_what_changes(log: Log, broadcaster: Broadcaster) -> None:
    stream = broadcaster.changes(None)
    first = await anext(stream)

    log.changes.append("INSTANCES")
    second = await asyncio.wait_for(anext(stream), 2)
    await stream.aclose()

    assert first is not None
    assert second is not None
    assert (first.topics, second.topics) == (frozenset(), {"INSTANCES"})


async def test_a_listener_that_comes_back_hears_what_it_missed(log: Log, broadcaster: Broadcaster) -> None:
    log.changes += ["INSTANCES", "INCIDENTS"]

    stream = broadcaster.changes("1")
    first = await anext(stream)
    await stream.aclose()

    assert first is not None
    assert first.topics == {"INCIDENTS"}


async def test_nobody_is_asked_while_nobody_listens(log: Log, broadcaster: Broadcaster) -> None:
    stream = broadcaster.changes(None)
    await anext(stream)
    await stream.aclose()
    await asyncio.sleep(0.05)
    asked = log.asked

    await asyncio.sleep(0.1)

    assert log.asked == asked


async def test_one_question_serves_all_listeners(log: Log, broadcaster: Broadcaster) -> None:
    streams = [broadcaster.changes(None) for _ in range(20)]
    for stream in streams:
        await anext(stream)
    asked = log.asked

    await asyncio.sleep(0.1)
    rounds = log.asked - asked
    for stream in streams:
        await stream.aclose()

    assert 1 <= rounds <= 15


async def test_stopping_ends_every_stream(log: Log, broadcaster: Broadcaster) -> None:
    stream = broadcaster.changes(None)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream, "ended"))
    await asyncio.sleep(0.02)

    broadcaster.stop()

    assert await asyncio.wait_for(waiting, 2) == "ended"
