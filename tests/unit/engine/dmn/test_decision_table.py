"""Tables answer as Zeebe's do, observed on the real engine."""

import pytest

from engine.dmn import DecisionEvaluation, read_dmn
from engine.feel import to_json


def table(rules: str, *, policy: str = "UNIQUE", output: str = "", outputs: str = "") -> bytes:
    """A table over `x` with the output `o`."""
    columns = outputs or f'<output id="o0" name="o">{output}</output>'
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="g" name="G" namespace="n">
      <decision id="d" name="D"><decisionTable hitPolicy="{policy}">
        <input id="i0" label="X"><inputExpression><text>x</text></inputExpression></input>{columns}{rules}
      </decisionTable></decision></definitions>""".encode()


def rule(identity: str, test: str, *answers: str) -> str:
    cells = "".join(f"<outputEntry><text>{answer}</text></outputEntry>" for answer in answers)
    return f'<rule id="{identity}"><inputEntry><text>{test}</text></inputEntry>{cells}</rule>'


OVERLAPPING = rule("r1", "&gt; 1", '"a"') + rule("r2", "&gt; 2", '"b"')
NUMBERS = rule("r1", "&gt; 1", "1") + rule("r2", "&gt; 2", "2.5")


def decide(content: bytes, x: object) -> DecisionEvaluation:
    return read_dmn(content, "table.dmn").evaluate("d", {"x": x})


@pytest.mark.parametrize(
    ("policy", "x", "output"),
    [
        ("UNIQUE", 2, "a"),
        ("UNIQUE", 0, None),
        ("FIRST", 5, "a"),
        ("ANY", 2, "a"),
        ("RULE ORDER", 5, ["a", "b"]),
        ("COLLECT", 5, ["a", "b"]),
        ("COLLECT", 0, None),
        ("UNIQUE", "text", None),
        ("UNIQUE", None, None),
    ],
)
def test_a_hit_policy_decides_what_is_answered(policy: str, x: object, output: object) -> None:
    content = table(OVERLAPPING, policy=policy)

    evaluation = decide(content, x)

    assert (evaluation.output, evaluation.failure_message) == (output, "")


@pytest.mark.parametrize(
    ("policy", "verb"), [("UNIQUE", "multiple values aren't allowed"), ("ANY", "different values aren't allowed")]
)
def test_a_violated_hit_policy_fails_in_zeebes_words(policy: str, verb: str) -> None:
    content = table(OVERLAPPING, policy=policy)

    evaluation = decide(content, 5)

    found = 'List(Map(o -> "a"), Map(o -> "b"))'
    assert evaluation.failure_message == (
        f"Expected to evaluate decision 'd', but {verb} for {policy} hit policy. found: '{found}'"
    )
    assert evaluation.failed_decision_id == "d"
    assert [rule.index for rule in evaluation.evaluated_decisions[0].matched_rules] == [1, 2]


@pytest.mark.parametrize(("policy", "output"), [("PRIORITY", "b"), ("OUTPUT ORDER", ["b", "a"])])
def test_output_values_rank_the_answers(policy: str, output: object) -> None:
    values = '<outputValues><text>"b","a"</text></outputValues>'
    content = table(OVERLAPPING, policy=policy, output=values)

    evaluation = decide(content, 5)

    assert evaluation.output == output


@pytest.mark.parametrize(("aggregator", "output"), [("SUM", 3.5), ("MIN", 1), ("MAX", 2.5), ("COUNT", 2)])
def test_an_aggregator_makes_one_number_of_the_answers(aggregator: str, output: float) -> None:
    content = table(NUMBERS, policy=f'COLLECT" aggregation="{aggregator}')

    evaluation = decide(content, 5)

    assert to_json(evaluation.output) == output


def test_only_numbers_can_be_summed() -> None:
    content = table(OVERLAPPING, policy='COLLECT" aggregation="SUM')

    evaluation = decide(content, 5)

    assert evaluation.failure_message == "Expected to evaluate decision 'd', but expected number but found '\"a\"'"


def test_the_defaults_that_are_written_answer_when_no_rule_matches() -> None:
    outputs = (
        '<output name="o"><defaultOutputEntry><text>"none"</text></defaultOutputEntry></output>'
        '<output name="p"><defaultOutputEntry><text>1 + 1</text></defaultOutputEntry></output>'
    )
    content = table(rule("r1", "&gt; 1", '"a"', "1"), outputs=outputs)

    evaluation = decide(content, 0)

    assert to_json(evaluation.output) == {"o": "none", "p": 2}
    assert evaluation.evaluated_decisions[0].matched_rules == ()


def test_the_record_tells_inputs_and_matched_rules() -> None:
    content = table(OVERLAPPING)

    fields = decide(content, 2).record_fields()

    assert fields == {
        "decisionId": "d",
        "decisionName": "D",
        "decisionOutput": '"a"',
        "evaluatedDecisions": [
            {
                "decisionId": "d",
                "decisionName": "D",
                "decisionType": "DECISION_TABLE",
                "decisionOutput": '"a"',
                "evaluatedInputs": [{"inputId": "i0", "inputName": "X", "inputValue": "2"}],
                "matchedRules": [
                    {
                        "ruleId": "r1",
                        "ruleIndex": 1,
                        "evaluatedOutputs": [{"outputId": "o0", "outputName": "o", "outputValue": '"a"'}],
                    }
                ],
            }
        ],
        "evaluationFailureMessage": "",
        "failedDecisionId": "",
    }
