import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.events import Broadcaster, Listener, Turns
from history.queries import Changes
from history.tables import projection
from tests.web_app import running_web_app


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


async def test_a_listener_hears_only_of_what_its_page_shows(log: Log, broadcaster: Broadcaster) -> None:
    stream = broadcaster.changes(None, frozenset({"INCIDENTS"}))
    await anext(stream)

    log.changes += ["INSTANCES", "JOBS"]
    await asyncio.sleep(0.05)
    log.changes.append("INCIDENTS")
    heard = await asyncio.wait_for(anext(stream), 2)
    await stream.aclose()

    assert heard is not None
    assert (heard.topics, heard.token) == ({"INCIDENTS"}, "3")


async def test_a_page_made_a_moment_ago_costs_no_question(log: Log, broadcaster: Broadcaster) -> None:
    broadcaster.interval_s = 60
    first = broadcaster.changes(None)
    await anext(first)
    asked = log.asked

    assert broadcaster.token is not None
    second = broadcaster.changes(broadcaster.token)
    seen = await anext(second)
    await first.aclose()
    await second.aclose()

    assert seen is not None
    assert seen.topics == frozenset()
    assert log.asked <= asked + 1


async def test_what_happened_between_two_listeners_reaches_both(log: Log, broadcaster: Broadcaster) -> None:
    first = broadcaster.changes(None)
    await anext(first)
    log.changes.append("INSTANCES")
    second = broadcaster.changes("0")

    async with asyncio.timeout(2):
        heard = [await first_topics(each) for each in (first, second)]
    await first.aclose()
    await second.aclose()

    assert heard == [{"INSTANCES"}] * 2


async def first_topics(stream: AsyncIterator[Changes | None]) -> frozenset[str]:
    """What a listener is told first that is news; its first event only greets it where it missed nothing."""
    async for changes in stream:
        if changes is not None and changes.topics:
            return changes.topics
    raise AssertionError("the stream ended before anything was told")


def test_a_few_are_told_at_once_and_the_others_in_turn() -> None:
    turns = Turns(at_once=3, a_second=2.0)
    listeners = [Listener(frozenset()) for _ in range(6)]
    for listener in listeners:
        turns.wait(listener)

    told = [turns.due(now) for now in (100.0, 100.1, 101.0, 101.5, 102.0)]

    assert told == [listeners[:3], [], listeners[3:5], listeners[5:], []]


def test_who_was_told_waits_behind_those_who_were_not() -> None:
    turns = Turns(at_once=1, a_second=1.0)
    one, other = Listener(frozenset()), Listener(frozenset())
    turns.wait(one)
    turns.wait(other)
    turns.due(100.0)
    turns.wait(one)

    told = [turns.due(101.0), turns.due(102.0)]

    assert told == [[other], [one]]


def test_who_went_away_takes_no_turn() -> None:
    turns = Turns(at_once=1, a_second=1.0)
    gone, here = Listener(frozenset()), Listener(frozenset())
    turns.wait(gone)
    turns.wait(here)

    turns.leave(gone)

    assert turns.due(100.0) == [here]


async def test_a_page_says_how_far_its_state_goes_while_somebody_listens(tmp_path: Path) -> None:
    async with running_web_app(tmp_path) as app, app.signed_in("staff") as browser:
        with app.engine.begin() as connection:
            connection.execute(projection.insert().values(partition_id=1, position=7, timestamp=0))
        unknown = await browser.get("/inbox")
        stream = app.app.state.broadcaster.changes(None)
        await anext(stream)
        known = await browser.get("/inbox")
        await stream.aclose()

    assert "live-token" not in unknown.text
    assert '<meta name="live-token" content="1:7">' in known.text
