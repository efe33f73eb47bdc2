"""What may be deployed: as the real Zeebe 8.5.25 answered when it was asked to deploy some hundred small DMN files."""

import json
from pathlib import Path

import pytest

from engine.dmn import InvalidDmn, read_dmn, refused_by_schema, refused_by_zeebe

LINES = Path(__file__).with_name("zeebe_answers.jsonl").read_text(encoding="utf-8").splitlines()
ANSWERS = [json.loads(line) for line in LINES]
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
        content = answer["content"].encode()
        model = read_dmn(content, "x.dmn")
        refused = bool(refused_by_schema(content, "x.dmn") or refused_by_zeebe(model.definitions))
    except InvalidDmn:
        refused = True

    refused_by_the_real_engine = answer["answer"] != "OK"
    assert refused is (refused_by_the_real_engine or answer["name"] in REFUSED_HERE_ALONE)


def test_a_refusal_names_the_decision_and_what_to_write_instead():
    content = next(answer["content"] for answer in ANSWERS if answer["name"] == "conditional")

    (finding,) = refused_by_zeebe(read_dmn(content.encode(), "x.dmn").definitions)

    assert str(finding) == "x.dmn:1, 'd': unsupported decision expression 'conditional'; write it as a FEEL expression"


def test_two_elements_with_one_id_are_refused_with_the_id_and_the_line():
    content = next(answer["content"] for answer in ANSWERS if answer["name"] == "rule same ids").replace("<rule", "\n<rule")

    (finding,) = refused_by_schema(content.encode(), "x.dmn")

    assert str(finding) == "x.dmn:3, 'r': there are several elements with the id 'r'"
