import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.practice_model import FAULTS, FaultPlan, InvalidFaults, create_practice_app

LABELS = ["Hardware", "Access", "Purchase"]
TICKET = "<data ab12 ticket>\nI forgot my password, the account is locked\n</data ab12>"
PASSAGE = "<data ab12 passage 1>\nAccounts\n\nOpen the sign-in page. Choose forgot password and confirm it.\n</data ab12>"


def schema(**properties: Any) -> dict[str, Any]:
    described = {"type": "object", "properties": properties}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": described}}}


REPLY = schema(reply={}, citations={}, confidence={})
LABEL = schema(label={"enum": LABELS}, confidence={})


def messages(*blocks: str) -> dict[str, Any]:
    return {"messages": [{"role": "system", "content": 'In "en".'}, {"role": "user", "content": "\n".join(blocks)}]}


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    plan = FaultPlan(timeout_seconds=0, retry_after_seconds=3)
    transport = httpx.ASGITransport(create_practice_app(plan))
    async with httpx.AsyncClient(transport=transport, base_url="http://model.test/v1") as client:
        yield client


async def said(server: httpx.AsyncClient, body: dict[str, Any], fault: str = "") -> dict[str, Any]:
    response = await server.post("/chat/completions", json=body, headers={"X-Practice-Fault": fault})
    return json.loads(response.json()["choices"][0]["message"]["content"])


async def test_labels_come_from_the_asked_enumeration(server: httpx.AsyncClient) -> None:
    answer = await said(server, messages(TICKET) | LABEL)

    assert (answer["label"], answer["runner_up"] in LABELS) == ("Access", True)
    assert 0.5 < answer["confidence"] <= 1
    assert "passw" in answer["words"]


async def test_a_reply_quotes_its_passage_word_for_word(server: httpx.AsyncClient) -> None:
    answer = await said(server, messages(TICKET, PASSAGE) | REPLY)

    [citation] = answer["citations"]
    assert citation == {"passage": 1, "quote": "Choose forgot password and confirm it."}
    assert "[1]" in answer["reply"]


async def test_without_a_passage_there_is_no_source(server: httpx.AsyncClient) -> None:
    answer = await said(server, messages(TICKET) | REPLY)

    assert (answer["citations"], answer["confidence"]) == ([], 0.0)


async def test_the_same_question_gets_the_same_answer_streamed_or_not(server: httpx.AsyncClient) -> None:
    body = messages(TICKET, PASSAGE) | REPLY
    whole = await said(server, body)

    response = await server.post("/chat/completions", json=body | {"stream": True})

    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    pieces = [json.loads(line)["choices"][0] for line in lines[:-1]]
    assert lines[-1] == "[DONE]"
    assert pieces[-1]["finish_reason"] == "stop"
    assert json.loads("".join(piece["delta"].get("content", "") for piece in pieces)) == whole


@pytest.mark.parametrize(("fault", "status"), [("rate_limit", 429), ("server_error", 500)])
async def test_some_faults_are_answers_of_the_server(server: httpx.AsyncClient, fault: str, status: int) -> None:
    response = await server.post("/chat/completions", json=messages(TICKET), headers={"X-Practice-Fault": fault})

    assert response.status_code == status
    assert response.headers.get("Retry-After") == ("3" if status == 429 else None)


@pytest.mark.parametrize(
    ("fault", "body", "field", "spoilt"),
    [
        ("unknown_label", LABEL, "label", "Astrology"),
        ("confidence", LABEL, "confidence", 7),
        ("confidence", REPLY, "confidence", 7),
        ("false_citation", REPLY, "citations", [{"passage": 42, "quote": "A sentence that stands nowhere."}]),
    ],
)
async def test_other_faults_spoil_the_answer(server: httpx.AsyncClient, fault: str, body: Any, field: str, spoilt: Any) -> None:
    answer = await said(server, messages(TICKET, PASSAGE) | body, fault)

    assert answer[field] == spoilt


async def test_an_injected_command_stands_in_the_reply(server: httpx.AsyncClient) -> None:
    answer = await said(server, messages(TICKET, PASSAGE) | REPLY, "injected_command")

    assert "Ignore all rules" in answer["reply"]


async def test_vectors_of_near_texts_are_near(server: httpx.AsyncClient) -> None:
    texts = ["reset a forgotten password", "forgotten passwords", "the printer burns"]

    data = (await server.post("/embeddings", json={"input": texts, "model": "x"})).json()["data"]

    one, near, far = (each["embedding"] for each in data)
    assert sum(a * b for a, b in zip(one, near, strict=True)) > sum(a * b for a, b in zip(one, far, strict=True)) + 0.3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"messages": 1}', b'{"messages": [1]}', b"[" * 100_000])
async def test_a_request_that_is_none_is_refused(server: httpx.AsyncClient, content: bytes) -> None:
    response = await server.post("/chat/completions", content=content)

    assert response.status_code == 400


def test_faults_strike_by_their_rates_and_alike_with_the_same_seed() -> None:
    struck = [FaultPlan.read("all=0.01,timeout=0.05").strike(None) for _turn in range(1)]
    plan, same = FaultPlan.read("all=0.01,timeout=0.05"), FaultPlan.read("all=0.01,timeout=0.05")

    strikes = [plan.strike(None) for _request in range(20_000)]

    assert [same.strike(None) for _request in range(20_000)] == strikes
    assert struck == strikes[:1]
    assert {fault: 100 < strikes.count(fault) < 320 for fault in FAULTS if fault != "timeout"} == dict.fromkeys(
        set(FAULTS) - {"timeout"}, True
    )
    assert 850 < strikes.count("timeout") < 1150


@pytest.mark.parametrize("text", ["nonsense=0.1", "timeout", "timeout=x", "timeout=2", "all=0.5", "timeout=-1"])
def test_a_plan_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidFaults):
        FaultPlan.read(text)
