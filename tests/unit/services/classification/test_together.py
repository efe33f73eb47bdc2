import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from services.classification import AskedTogether, Classification


class Unreadable(Exception):
    pass


@dataclass
class Echo:
    """Labels each text with itself and remembers what was asked in one."""

    threshold: float = 0.5
    asked: list[list[str]] = field(default_factory=list)

    def classify(self, texts: Sequence[str]) -> list[Classification]:
        self.asked.append(list(texts))
        if "bad" in texts:
            raise Unreadable("a text that nobody can read")
        return [Classification(text, 1.0, "", 0.0, (), "echo") for text in texts]


async def test_each_gets_the_answer_to_its_own_text_and_few_questions_are_asked() -> None:
    echo = Echo()
    together = AskedTogether(echo, most=8)
    texts = [f"text {number}" for number in range(20)]

    answers = await asyncio.gather(*(together.classify(text) for text in texts))

    assert [answer.label for answer in answers] == texts
    assert sorted(text for asked in echo.asked for text in asked) == sorted(texts)
    assert [len(asked) for asked in echo.asked] == [8, 8, 4]


async def test_a_text_that_fails_fails_for_itself_alone() -> None:
    together = AskedTogether(Echo())

    answers = await asyncio.gather(*(together.classify(text) for text in ("a", "bad", "c")), return_exceptions=True)

    assert [getattr(answer, "label", type(answer)) for answer in answers] == ["a", Unreadable, "c"]


async def test_who_no_longer_waits_takes_no_answer_from_others() -> None:
    together = AskedTogether(Echo())
    gone, stays = (asyncio.create_task(together.classify(text)) for text in ("gone", "stays"))
    await asyncio.sleep(0)

    gone.cancel()

    assert (await stays).label == "stays"
    with pytest.raises(asyncio.CancelledError):
        await gone
