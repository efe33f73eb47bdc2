"""Jobs that are streamed by the embedded gateway, beside what a real broker was seen to do."""

from collections.abc import Iterator

import pytest

from tests.differential.engines import EmbeddedEngine, embedded_engine
from tests.differential.restarting_engine import RestartingEngine
from tests.differential.stream_cases import CASES
from tests.differential.stream_places import play_embedded
from tests.differential.streams import recorded


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with embedded_engine(RestartingEngine) as started:
        yield started


@pytest.mark.parametrize("name", CASES)
async def test_jobs_are_streamed_as_on_a_broker(name: str, engine: EmbeddedEngine) -> None:

    told = await play_embedded(name, engine)

    assert told == recorded()[name]
