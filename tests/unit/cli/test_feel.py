import json
from decimal import Decimal

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from typer.testing import CliRunner

from cli.feel import answer, app
from cli.feel_prompt import converse, reply
from engine import feel


def run(*arguments, stdin=None):
    return CliRunner().invoke(app, list(arguments), input=stdin)


def test_prints_the_value_and_warns_on_the_other_channel():
    result = run("amount * 1.19 + missing", "--context", '{"amount": 100}')

    assert result.exit_code == 0
    assert result.stdout == "null\n"
    assert "[NO_VARIABLE_FOUND] No variable found with name 'missing'" in result.stderr


def test_a_syntax_error_is_shown_with_its_place():
    result = run("1 + ")

    assert result.exit_code == 1
    assert "line 1, column 5" in result.stderr


def test_an_input_makes_the_expression_unary_tests():
    result = run("> 5", "--input", "7")

    assert result.stdout == "true\n"


def test_formats_without_evaluating():
    result = run("if a  then b+1 else [ 1,2 ]", "--format")

    assert result.stdout == "if a then b + 1 else [1, 2]\n"


@pytest.mark.parametrize("context", ["{", "[1]", "@/nowhere/at/all.json"])
def test_refuses_a_context_that_is_no_json_object(context):
    result = run("1", "--context", context)

    assert result.exit_code == 2
    assert "--context" in result.stderr or "nowhere" in result.stderr


def test_answers_each_line_with_a_line():
    lines = ['{"expression": "a + 0.10", "context": {"a": 1.50}}', "not json", '{"expression": "1 +"}']

    result = run("--jsonl", stdin="\n".join(lines))

    answers = [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]
    assert answers[0] == {"result": Decimal("1.60"), "type": "number", "warnings": []}
    assert [list(answer) for answer in answers[1:]] == [["failure"], ["failure"]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1/3", '{"result":0.3333333333333333333333333333333333,"type":"number","warnings":[]}'),
        ('date("2024-01-31")', '{"result":"2024-01-31","type":"date","warnings":[]}'),
        ('@"2024-01-01T10:00:00+01:00"', '{"result":"2024-01-01T10:00:00+01:00","type":"date and time","warnings":[]}'),
        ('{a: [1.0, "é"]}', '{"result":{"a":[1.0,"é"]},"type":"context","warnings":[]}'),
    ],
)  # fmt: skip
def test_numbers_keep_their_digits_and_temporals_are_text(expression, expected):
    line = json.dumps({"expression": expression})

    assert answer(line, feel.CAMUNDA) == expected


def test_a_line_with_an_input_is_unary_tests():
    line = '{"expression": "[1..5]", "input": 3}'

    assert answer(line, feel.CAMUNDA) == '{"result":true,"type":"boolean","warnings":[]}'


def test_the_conversation_remembers_names():
    context = {}

    first, second = reply("x := 20 + 1", context, feel.CAMUNDA), reply("x * 2", context, feel.CAMUNDA)

    assert (first, second) == ("21", "42")
    assert reply(":names", context, feel.CAMUNDA) == "x = 21"


def test_the_prompt_answers_until_the_user_leaves(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text("1 + 1\n1 +\n:quit\n")
        converse({}, feel.CAMUNDA)

    shown = capsys.readouterr().out
    assert "\n2\n" in shown
    assert "Expected an expression" in shown
    assert (tmp_path / ".penstock_feel_history").exists()
