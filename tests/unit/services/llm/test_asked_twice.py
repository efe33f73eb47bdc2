"""A question whose answer is overdue goes out again, and the first good answer counts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.llm import AskedTwice, ModelAway, ModelReply, ModelRequest, ModelTimedOut
from services.llm.asked_twice import overdue_after

type Answer = Callable[[], Coroutine[Any, Any, ModelReply]]


@dataclass
class ScriptedEndpoint:
    """Answers by turns; what was asked beyond them is answered at once."""

    turns: list[Answer] = field(default_factory=list)
    asked: int = 0
    given_up: int = 0
    name: str = "scripted"
    model: str = "m-1"
    input_price: float = 1.0
    output_price: float = 2.0

    async def complete(self, _request: ModelRequest) -> ModelReply:
        self.asked += 1
        try:
            return await (self.turns.pop(0) if self.turns else at_once)()
        except asyncio.CancelledError:
            self.given_up += 1
            raise

    async def stream(self, _request: ModelRequest) -> AsyncIterator[str]:
        yield "a piece"


async def at_once() -> ModelReply:
    return ModelReply("at once", "m-1", 10, 5)


async def never() -> ModelReply:
    return await asyncio.get_running_loop().create_future()


async def fails() -> ModelReply:
    raise ModelAway("scripted answers 500")


async def fails_later() -> ModelReply:
    await asyncio.sleep(0)
    raise ModelTimedOut("scripted does not answer in time")


def question(name: str = "suggest_reply", time_limit: float = 20.0) -> ModelRequest:
    return ModelRequest((), name, {}, 100, 0.0, time_limit)


async def experienced(endpoint: ScriptedEndpoint, *turns: Answer, share: float = 1.0) -> AskedTwice:
    """One that has had quick answers enough to know what is overdue: everything that does not come at once."""
    twice = AskedTwice(endpoint, share, at_least_seconds=0.0, clock=lambda: 0.0)
    for _ in range(20):
        await twice.complete(question())
    endpoint.turns, endpoint.asked = list(turns), 0
    return twice


async def test_an_overdue_question_is_asked_again_and_its_first_asking_given_up() -> None:
    endpoint = ScriptedEndpoint()
    twice = await experienced(endpoint, never, at_once)

    reply = await twice.complete(question())

    assert reply.text == "at once"
    assert (endpoint.asked, endpoint.given_up) == (2, 1)


async def test_both_readings_of_the_question_are_counted() -> None:
    twice = await experienced(ScriptedEndpoint(), never, at_once)

    reply = await twice.complete(question())

    assert (reply.prompt_tokens, reply.completion_tokens) == (20, 5)


async def test_a_first_answer_still_counts_when_the_second_asking_fails() -> None:
    released = asyncio.Event()

    async def late() -> ModelReply:
        await released.wait()
        return ModelReply("late", "m-1", 10, 5)

    async def fails_and_releases() -> ModelReply:
        released.set()
        raise ModelAway("scripted answers 500")

    twice = await experienced(ScriptedEndpoint(), late, fails_and_releases)

    reply = await twice.complete(question())

    assert reply.text == "late"


async def test_where_both_fail_the_first_failure_is_told() -> None:
    released = asyncio.Event()

    async def times_out() -> ModelReply:
        await released.wait()
        raise ModelTimedOut("scripted does not answer in time")

    async def fails_and_releases() -> ModelReply:
        released.set()
        raise ModelAway("scripted answers 500")

    twice = await experienced(ScriptedEndpoint(), times_out, fails_and_releases)

    with pytest.raises(ModelTimedOut):
        await twice.complete(question())


async def test_a_failure_is_no_overdue_answer() -> None:
    endpoint = ScriptedEndpoint()
    twice = await experienced(endpoint, fails)

    with pytest.raises(ModelAway):
        await twice.complete(question())

    assert endpoint.asked == 1


async def test_the_first_question_of_all_is_asked_again_before_its_time_is_up() -> None:
    endpoint = ScriptedEndpoint([never, at_once])
    twice = AskedTwice(endpoint, at_least_seconds=0.0)

    reply = await twice.complete(question(time_limit=0.04))

    assert reply.text == "at once"
    assert (endpoint.asked, endpoint.given_up) == (2, 1)


async def test_while_little_is_known_no_more_than_the_share_is_asked_twice() -> None:
    released = asyncio.Event()

    async def slow() -> ModelReply:
        await released.wait()
        return ModelReply("slow", "m-1", 10, 5)

    endpoint = ScriptedEndpoint([slow] * 100)
    twice = AskedTwice(endpoint, 0.0625, at_least_seconds=0.0)

    asked = [asyncio.create_task(twice.complete(question(time_limit=0.04))) for _ in range(40)]
    await asyncio.sleep(0.05)
    released.set()
    await asyncio.gather(*asked)

    # One from the start, and one for each sixteen of the forty.
    assert endpoint.asked - 40 == 3


@pytest.mark.parametrize(
    ("taken", "overdue"),
    [
        pytest.param([], 5.0, id="nothing is known: a quarter of the limit"),
        pytest.param([0.5], 5.0, id="one quick answer says little"),
        pytest.param([0.5, 4.0], 8.0, id="one slow answer says that answers may be slow"),
        pytest.param([0.5] * 9, 5.0, id="nine are not enough yet"),
        pytest.param([0.5] * 10, 1.0, id="ten are: twice what is usual, and never at once"),
        pytest.param([3.0] * 10, 6.0, id="a slow endpoint has its time"),
        pytest.param([0.6] * 99 + [19.0], 1.2, id="one that was overdue changes nothing"),
        pytest.param([11.0] * 4, 22.0, id="beyond the limit nothing is asked twice"),
    ],
)
def test_overdue_is_what_takes_much_longer_than_usual(taken: list[float], overdue: float) -> None:
    assert overdue_after(taken, time_limit=20.0, at_least=1.0) == pytest.approx(overdue)


async def test_only_a_share_of_the_questions_is_asked_twice() -> None:
    released = asyncio.Event()

    async def slow() -> ModelReply:
        await released.wait()
        return ModelReply("slow", "m-1", 10, 5)

    endpoint = ScriptedEndpoint()
    twice = await experienced(endpoint, *[slow] * 100, share=0.0625)

    asked = [asyncio.create_task(twice.complete(question())) for _ in range(40)]
    await asyncio.sleep(0.05)
    released.set()
    await asyncio.gather(*asked)

    # One from the start, and one for each sixteen of the sixty.
    assert endpoint.asked - 40 == 4


async def test_who_gives_up_the_question_gives_up_both_askings() -> None:
    endpoint = ScriptedEndpoint()
    both = asyncio.Event()

    async def second() -> ModelReply:
        both.set()
        return await never()

    twice = await experienced(endpoint, never, second)
    waiting = asyncio.create_task(twice.complete(question()))
    await both.wait()

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert endpoint.given_up == 2


async def test_it_is_the_endpoint_it_stands_before() -> None:
    twice = AskedTwice(ScriptedEndpoint())

    pieces = [piece async for piece in twice.stream(question())]

    assert (twice.name, twice.model, twice.input_price, twice.output_price) == ("scripted", "m-1", 1.0, 2.0)
    assert pieces == ["a piece"]
