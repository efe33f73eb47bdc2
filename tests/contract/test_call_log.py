"""What every log of calls to models promises."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.llm import Call, CallLog, InMemoryCalls, Outcome, SqlCalls
from tests.databases import empty_database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", "sql"])
def log(request: pytest.FixtureRequest, database_url) -> Iterator[CallLog]:
    if request.param == "memory":
        yield InMemoryCalls()
        return
    engine = empty_database(database_url)
    yield SqlCalls(engine)
    engine.dispose()


def call(number: int, **changes: Any) -> Call:
    plain: dict[str, Any] = {
        "call_id": f"{number:032x}",
        "tenant": "t",
        "task": "suggest_reply",
        "subject": "42",
        "route": "hosted",
        "endpoint": "hosted",
        "model": "m-1",
        "prompt": "suggest_reply",
        "prompt_version": 1,
        "prompt_sha256": "0" * 64,
        "decision_id": "model_policy 7",
        "outcome": Outcome.ANSWERED,
        "problem": "",
        "prompt_tokens": 100,
        "completion_tokens": 20,
        "cost": 5,
        "latency_ms": 40,
        "tries": 1,
        "confidence": 0.5,
        "created_at": NOW + timedelta(seconds=number),
    }
    return Call(**(plain | changes))


def test_a_call_is_kept_as_it_was_and_adds_to_its_month_and_tenant(log: CallLog) -> None:
    first = call(1, confidence=None)

    used = [log.record(first), log.record(call(2)), log.record(call(3, tenant="other"))]
    december = log.record(call(4, created_at=datetime(2026, 12, 1, tzinfo=UTC)))

    assert (used, december) == ([120, 240, 120], 120)
    assert (log.used("t", "2026-11"), log.used("t", "2026-10"), log.used("nobody", "2026-11")) == (240, 0, 0)
    assert log.latest("t")[-1] == first
    assert [each.call_id for each in log.latest("t", 1)] == [call(4).call_id]


def test_summaries_are_by_model_and_prompt_version(log: CallLog) -> None:
    for number in range(4):
        log.record(call(number, outcome=Outcome.REFUSED if number == 3 else Outcome.REPAIRED, latency_ms=10 * number))
    log.record(call(9, prompt_version=2))

    first, second = log.summaries("t", NOW)

    assert (first.calls, first.good, first.tokens, first.cost, first.mean_latency_ms) == (4, 3, 480, 20, 15.0)
    assert (second.prompt_version, second.calls) == (2, 1)
    assert log.summaries("t", NOW + timedelta(days=1)) == []
