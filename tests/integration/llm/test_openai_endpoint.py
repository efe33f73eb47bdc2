"""The client of OpenAI's protocol before a real server that fails in every way."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from services.llm import AskedTwice, ModelAway, ModelBroken, ModelBusy, ModelFailure, ModelRejects, ModelRequest, ModelTimedOut
from services.llm.endpoint import Message
from services.llm.openai_endpoint import OpenAiEndpoint
from services.practice_model import MODEL_NAME, FaultPlan
from tests.practice_server import practice_server

TICKET = "<data ab12 ticket>\nI forgot my password\n</data ab12>"
REQUEST = ModelRequest(
    messages=(Message("system", "Label it."), Message("user", TICKET)),
    name="classify",
    schema={"type": "object", "properties": {"label": {"enum": ["Access", "Hardware"]}}},
    max_tokens=100,
    temperature=0,
    timeout_seconds=5,
)


@pytest.fixture(scope="module")
def sound() -> Iterator[str]:
    with practice_server() as url:
        yield url


@pytest.fixture
async def endpoint(sound: str) -> AsyncIterator[OpenAiEndpoint]:
    one = OpenAiEndpoint("test", sound, MODEL_NAME)
    yield one
    await one.close()


@pytest.mark.parametrize("streams", [False, True])
async def test_an_answer_comes_with_its_tokens(sound: str, streams: bool) -> None:
    endpoint = OpenAiEndpoint("test", sound, MODEL_NAME, streams=streams)

    reply = await endpoint.complete(REQUEST)

    assert json.loads(reply.text)["label"] == "Access"
    assert reply.model == MODEL_NAME
    assert reply.prompt_tokens > 10 < reply.completion_tokens
    await endpoint.close()


async def test_a_stream_comes_in_pieces(endpoint: OpenAiEndpoint) -> None:
    pieces = [piece async for piece in endpoint.stream(REQUEST)]

    assert len(pieces) > 1
    assert json.loads("".join(pieces))["label"] == "Access"


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("timeout", ModelTimedOut),
        ("rate_limit", ModelBusy),
        ("server_error", ModelAway),
        ("cut_stream", ModelBroken),
    ],
)
@pytest.mark.parametrize("streams", [False, True])
async def test_each_failure_has_its_name(fault: str, failure: type[ModelFailure], streams: bool) -> None:
    plan = FaultPlan({fault: 1.0}, timeout_seconds=0.6, retry_after_seconds=2)
    with practice_server(plan) as url:
        endpoint = OpenAiEndpoint("test", url, MODEL_NAME, streams=streams)

        with pytest.raises(failure) as raised:
            await endpoint.complete(replace(REQUEST, timeout_seconds=0.2))
        await endpoint.close()

    assert "password" not in str(raised.value)
    if isinstance(raised.value, ModelBusy):
        assert raised.value.retry_after == 2


async def test_the_first_answer_of_all_may_be_missing_and_is_asked_for_again() -> None:
    # By these dice the first question is never answered, the second at once.
    dice = FaultPlan({"timeout": 0.5}, seed=1)
    assert [dice.strike(None), dice.strike(None)] == ["timeout", ""]
    with practice_server(replace(dice, timeout_seconds=2.5)) as url:
        endpoint = OpenAiEndpoint("test", url, MODEL_NAME)

        reply = await AskedTwice(endpoint, at_least_seconds=0.0).complete(replace(REQUEST, timeout_seconds=2))
        await endpoint.close()

    assert json.loads(reply.text)["label"] == "Access"


async def test_a_server_that_is_not_there_and_one_that_is_another(sound: str) -> None:
    for url, failure in (("http://127.0.0.1:1/v1", ModelAway), (f"{sound}/nothing/here", ModelRejects)):
        endpoint = OpenAiEndpoint("test", url, MODEL_NAME)
        with pytest.raises(failure):
            await endpoint.complete(REQUEST)
        await endpoint.close()
