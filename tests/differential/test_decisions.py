"""Decision tables made at random answer as the real engine does, audit and failure messages included."""

import json
import random
from collections.abc import Iterator
from html import escape
from typing import Any

import grpc
import pytest
from pyzeebe.proto import gateway_pb2

from engine.dmn import InvalidDmn, read_dmn
from tests.differential.engines import Engine, real_engine
from tests.differential.launcher import EngineMissing

TESTS = [
    *("-", "", "1", "> 2", "<= 3", "[1..4]", "]1..3[", "not(2)", "not(1,2)", '"a"', '"a","b"', 'not("a")', "null", "true", "x"),
    *("? > 1 and ? < 4", "2,3", '< "b"', 'date("2020-01-01")', "[1,2]", "y.a", "count([1])", "not(x)", "(1)", "-1"),
]
ANSWERS = [
    *("1", "2.50", '"p"', "x", "null", "true", "[1,x]", "{a: x}", "x + 1", 'date("2020-01-01")', "1/3", "10/2"),
    'duration("PT1H30M")',
]
VALUES = [0, 1, 2, 3, 2.5, "a", "b", "c", None, True, [1], {"a": 1}, -1]
POLICIES = ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]


@pytest.fixture(scope="module")
def zeebe() -> Iterator[Engine]:
    try:
        with real_engine() as engine:
            yield engine
    except EngineMissing as missing:
        pytest.skip(str(missing))


def cell(tag: str, text: str) -> str:
    return f"<{tag}><text>{escape(text, quote=False)}</text></{tag}>"


def table(dice: random.Random, identity: str) -> bytes:
    policy, width = dice.choice(POLICIES), dice.choice([1, 1, 2])
    aggregation = dice.choice(["", "SUM", "MIN", "MAX", "COUNT"]) if policy == "COLLECT" and width == 1 else ""
    outputs = "".join(
        f"<output id='o{n}' name='o{n}'>"
        + dice.choice(["", cell("outputValues", '"p",1,true')])
        + dice.choice(["", cell("defaultOutputEntry", '"d"')])
        + "</output>"
        for n in range(width)
    )
    rules = "".join(
        f"<rule id='r{n}'>{cell('inputEntry', dice.choice(TESTS))}{cell('inputEntry', dice.choice([*TESTS, *['-'] * 10]))}"
        + "".join(cell("outputEntry", dice.choice(ANSWERS)) for _ in range(width))
        + "</rule>"
        for n in range(dice.randint(1, 5))
    )
    inputs = "".join(f"<input id='i{n}' label='X'>{cell('inputExpression', 'x')}</input>" for n in range(2))
    attributes = f"hitPolicy='{policy}'" + (f" aggregation='{aggregation}'" if aggregation else "")
    return (
        "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='g' name='G' namespace='n'>"
        f"<decision id='{identity}' name='D'><decisionTable id='t' {attributes}>{inputs}{outputs}{rules}</decisionTable>"
        "</decision></definitions>"
    ).encode()


def deployed(zeebe: Engine, content: bytes) -> bool:
    try:
        resource = gateway_pb2.Resource(name="table.dmn", content=content)
        zeebe.stub.DeployResource(gateway_pb2.DeployResourceRequest(resources=[resource]))
    except grpc.RpcError:
        return False
    return True


def asked(zeebe: Engine, identity: str, variables: dict[str, Any]) -> tuple[object, ...]:
    request = gateway_pb2.EvaluateDecisionRequest(decisionId=identity, variables=json.dumps(variables))
    answer = zeebe.stub.EvaluateDecision(request)
    (line,) = answer.evaluatedDecisions
    inputs = [(one.inputId, one.inputName, one.inputValue) for one in line.evaluatedInputs]
    rules = [
        (rule.ruleIndex, rule.ruleId, [(one.outputId, one.outputName, one.outputValue) for one in rule.evaluatedOutputs])
        for rule in line.matchedRules
    ]
    return answer.decisionOutput, answer.failureMessage, answer.failedDecisionId, line.decisionType, inputs, rules


def ours(content: bytes, identity: str, variables: dict[str, Any]) -> tuple[object, ...]:
    fields: dict[str, Any] = read_dmn(content, "table.dmn").evaluate(identity, variables).record_fields()
    (line,) = fields["evaluatedDecisions"]
    inputs = [(one["inputId"], one["inputName"], one["inputValue"]) for one in line["evaluatedInputs"]]
    rules = [
        (
            rule["ruleIndex"],
            rule["ruleId"],
            [(one["outputId"], one["outputName"], one["outputValue"]) for one in rule["evaluatedOutputs"]],
        )
        for rule in line["matchedRules"]
    ]
    output, message, failed = fields["decisionOutput"], fields["evaluationFailureMessage"], fields["failedDecisionId"]
    return output, message, failed, line["decisionType"], inputs, rules


def readable(content: bytes) -> bool:
    try:
        read_dmn(content, "table.dmn")
    except InvalidDmn:
        return False
    return True


@pytest.mark.parametrize("seed", range(40))
def test_a_random_table_answers_as_the_real_engine_does(zeebe: Engine, seed: int) -> None:
    dice = random.Random(seed)
    identity = f"d{seed}"
    content = table(dice, identity)

    is_deployed = deployed(zeebe, content)

    assert readable(content) is is_deployed
    if is_deployed:
        for value in dice.sample(VALUES, 6):
            variables = {"x": value, "y": {"a": 2}}
            assert ours(content, identity, variables) == asked(zeebe, identity, variables), content.decode()
