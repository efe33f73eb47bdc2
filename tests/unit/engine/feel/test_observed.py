"""What Camunda's FEEL engine was seen to answer, expression by expression."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine import feel

BESIDE = [Path(__file__).parents[level] / "shared" / "feel" / "observed.json" for level in (5, 6)]
OBSERVED = next((path for path in BESIDE if path.exists()), None)
CASES = json.loads(OBSERVED.read_text(encoding="utf-8")) if OBSERVED else {"biz_context": {}, "cases": []}


def decoded(value):
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$n" in value:
        return Decimal(value["$n"])
    if "$c" in value:
        return {key: decoded(item) for key, item in value["$c"].items()}
    return ("temporal", value["v"]) if "$t" in value else value


def shown(value):
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | str | Decimal):
        return value
    return None if isinstance(value, feel.Range | feel.Function) else ("temporal", feel.format_value(value))


@pytest.mark.skipif(not CASES["cases"], reason="shared/feel/observed.json is not beside this checkout")
@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["expression"])
def test_answers_as_camunda_was_seen_to_answer(case):
    context = decoded({"$c": CASES["biz_context"]}) if case["ctx"] == "biz" else {}

    try:
        answer = shown(feel.evaluate(case["expression"], context).value)
    except feel.FeelError:
        answer = "refused"

    expected = "refused" if case.get("error") else decoded(case["raw"])
    # The written scale of numbers counts too: 1.0 is not written like 1.
    assert (answer, str(answer)) == (expected, str(expected))
