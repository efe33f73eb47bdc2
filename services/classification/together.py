"""Questions to a classifier that come at the same time, asked in one.

Most of what a model does for one text is done once for thirty as well: asked together, texts cost a quarter of the time. Nobody
waits for others to come: a text is asked at once when nothing runs, and with all that came meanwhile when something does.
"""

import asyncio
from collections.abc import Sequence

from services.classification.classifier import Classification, Classifier

# More are hardly cheaper, and hold the first of them up.
MOST_TOGETHER = 64

type _Asked = tuple[str, asyncio.Future[Classification]]


class AskedTogether:
    """A classifier for callers on one event loop."""

    def __init__(self, classifier: Classifier, *, most: int = MOST_TOGETHER) -> None:
        self._classifier = classifier
        self._most = most
        self._waiting: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None

    async def classify(self, text: str) -> Classification:
        """Raises what the classifier raises for this text."""
        answer: asyncio.Future[Classification] = asyncio.get_running_loop().create_future()
        self._waiting.append((text, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            if not await self._answer(asked) and len(asked) > 1:
                # One of them spoils it for all: each is asked by itself, and only that one fails.
                for each in asked:
                    await self._answer([each])

    async def _answer(self, asked: Sequence[_Asked]) -> bool:
        """Give everybody their answer; False where there is none, which only somebody asked alone is told."""
        texts = [text for text, _answer in asked]
        [found] = await asyncio.gather(asyncio.to_thread(self._classifier.classify, texts), return_exceptions=True)
        if isinstance(found, BaseException):
            if len(asked) == 1 and not asked[0][1].done():
                asked[0][1].set_exception(found)
            return False
        for (_text, answer), classification in zip(asked, found, strict=True):
            if not answer.done():
                answer.set_result(classification)
        return True
