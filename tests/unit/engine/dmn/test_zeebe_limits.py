"""What may be deployed: as the real Zeebe 8.5.25 answered when it was asked to deploy some hundred small DMN files."""

import json
from pathlib import Path

import pytest

from engine.dmn import InvalidDmn, read_dmn, refused_by_zeebe

LINES = Path(__file__).with_name("zeebe_answers.jsonl").read_text(encoding="utf-8").splitlines()
ANSWERS = [json.loads(line) for line in LINES]
# Zeebe checks each file against the standard's XML schema; what means the same without it is taken here.
TAKEN_HERE_ALONE = {
    "aggregation ''",
    "aggregation 'LIST'",
    "business context",
    "context entry no variable name",
    "definitions no id",
    "element collection",
    "empty requirement",
    "foreign element",
    "hit policy ''",
    "id digit",
    "id not ncname",
    "id with colon",
    "import incomplete",
    "input entry no text",
    "input values no text",
    "item definition component no name",
    "item definition no name",
    "knowledge parameter no name",
    "logic and table",
    "order variable last",
    "preferred orientation odd",
    "relation column no name",
    "rule same ids",
    "same id as definitions",
    "same id in table",
    "two logics",
    "unknown attribute",
    "unknown element",
    "unknown element in decision",
    "variable no name",
}
# What could never be evaluated is refused here before it runs.
REFUSED_HERE_ALONE = {
    "answer 3 &gt; 1",
    "href input missing",
    "import",
    "input data no id",
    "item definition values invalid",
    "knowledge empty logic",
    "knowledge invalid",
    "knowledge no id",
    "knowledge no logic",
    "literal unknown function",
    "rule many inputs",
    "rule many outputs",
    "service missing",
    "test 15 not()",
}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["name"])
def test_a_file_is_taken_where_zeebe_takes_it(answer):
    try:
        refused = bool(refused_by_zeebe(read_dmn(answer["content"].encode(), "x.dmn").definitions))
    except InvalidDmn:
        refused = True

    refused_by_the_real_engine = answer["answer"] != "OK"
    alone = answer["name"] in TAKEN_HERE_ALONE | REFUSED_HERE_ALONE
    assert refused is not refused_by_the_real_engine if alone else refused is refused_by_the_real_engine


def test_a_refusal_names_the_decision_and_what_to_write_instead():
    content = next(answer["content"] for answer in ANSWERS if answer["name"] == "conditional")

    (finding,) = refused_by_zeebe(read_dmn(content.encode(), "x.dmn").definitions)

    assert str(finding) == "x.dmn:1, 'd': unsupported decision expression 'conditional'; write it as a FEEL expression"
