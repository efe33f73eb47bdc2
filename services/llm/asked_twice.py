"""A question whose answer is overdue is asked a second time, and of the two the first good answer counts.

A model that answers within a second does not answer at all now and then, and who waits for its time limit waits twenty times as
long as everybody else. Overdue is what takes several times as long as nearly all recent answers to questions of its kind took;
of an endpoint that has given few answers yet, what takes a good part of the question's time limit. Only a small share of all
questions is asked twice: an endpoint that is slow for everybody must not get twice the work for it.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field, replace

import structlog

from services.llm.endpoint import ModelEndpoint, ModelReply, ModelRequest

log = structlog.get_logger(__name__)

# So many answers are looked back at, and so many must be known to tell what is usual.
REMEMBERED = 200
ENOUGH = 10
USUAL = 0.95
TIMES_AS_LONG = 2.0
# While fewer are known: this part of the time limit, 5 of the 20 seconds that most prompts allow.
PART_OF_LIMIT = 0.25
# What an endpoint that was quick for a long time may be asked at once beyond its share.
MOST_SAVED = 5.0


@dataclass
class AskedTwice:
    """`ModelEndpoint` over another one. `share` of the questions may be asked twice, none before `at_least_seconds`."""

    endpoint: ModelEndpoint
    share: float = 0.05
    at_least_seconds: float = 1.0
    clock: Callable[[], float] = time.monotonic
    _taken: dict[str, deque[float]] = field(default_factory=dict)
    _allowed: float = 1.0

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def model(self) -> str:
        return self.endpoint.model

    @property
    def input_price(self) -> float:
        return self.endpoint.input_price

    @property
    def output_price(self) -> float:
        return self.endpoint.output_price

    async def complete(self, request: ModelRequest) -> ModelReply:
        self._allowed = min(self._allowed + self.share, MOST_SAVED)
        overdue = overdue_after(self._taken.get(request.name, ()), request.timeout_seconds, self.at_least_seconds)
        if overdue >= request.timeout_seconds:
            return await self._timed(request)
        asked = [asyncio.create_task(self._timed(request))]
        try:
            if not await self._is_overdue(asked[0], overdue):
                return await asked[0]
            self._allowed -= 1
            log.info("model_asked_twice", endpoint=self.name, task=request.name, after_seconds=round(overdue, 2))
            asked.append(asyncio.create_task(self._timed(request)))
            reply = await _first_good(asked)
            # The other question was read as well, and is paid for.
            return replace(reply, prompt_tokens=2 * reply.prompt_tokens)
        finally:
            await _drop(asked)

    def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        return self.endpoint.stream(request)

    async def _is_overdue(self, question: asyncio.Task[ModelReply], overdue: float) -> bool:
        """Wait for the answer; False when it came, True when it is time to ask again and another asking is allowed."""
        while True:
            answered, _ = await asyncio.wait([question], timeout=overdue)
            if answered:
                return False
            if self._allowed >= 1:
                return True

    async def _timed(self, request: ModelRequest) -> ModelReply:
        started = self.clock()
        reply = await self.endpoint.complete(request)
        self._taken.setdefault(request.name, deque(maxlen=REMEMBERED)).append(self.clock() - started)
        return reply


def overdue_after(taken: Collection[float], time_limit: float, at_least: float = 0.0) -> float:
    """Seconds after which an answer is overdue, when recent ones took `taken`."""
    if len(taken) < ENOUGH:
        # One of the few may be slow by nature: what took as long before is not overdue.
        usual, beginning = max(taken, default=0.0), time_limit * PART_OF_LIMIT
    else:
        usual, beginning = sorted(taken)[int(len(taken) * USUAL)], 0.0
    return max(usual * TIMES_AS_LONG, beginning, at_least)


async def _first_good(asked: list[asyncio.Task[ModelReply]]) -> ModelReply:
    """The first reply there is. Raises the first question's `ModelFailure` where there is none."""
    waiting = set(asked)
    while waiting:
        answered, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for question in answered:
            if question.exception() is None:
                return question.result()
    return asked[0].result()


async def _drop(asked: list[asyncio.Task[ModelReply]]) -> None:
    for question in asked:
        question.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
