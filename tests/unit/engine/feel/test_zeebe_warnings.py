"""Why an expression is null, in the words in which Zeebe 8.5.25 was heard to say it: they stand in its incidents."""

import json
from pathlib import Path

import pytest

from engine import feel

HEARD = [json.loads(line) for line in Path(__file__).with_name("zeebe_warnings.jsonl").read_text(encoding="utf-8").splitlines()]
VARIABLES = {"n": 5, "text": "PT1S", "flag": True, "items": [1], "obj": {"a": 1}}


@pytest.mark.parametrize("heard", HEARD, ids=lambda heard: heard["expression"])
def test_warns_in_zeebe_s_words(heard):
    evaluation = feel.evaluate(heard["expression"], VARIABLES)

    assert [str(warning) for warning in evaluation.warnings] == heard["warnings"]
