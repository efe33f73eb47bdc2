"""FEEL made at random is answered as by the engine that Zeebe bundles."""

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import feel
from tests.differential.feel_expressions import Expressions
from tests.differential.launcher import HERE, EngineMissing, compile_java, libraries
from zeebe.local_broker import find_java

type Ask = Callable[[list[str]], list[str]]
# What the reference implementation stumbles over: lists put in order, and pairs of arguments that it forgot.
FAULTS = ("can not be compared to", "scala.MatchError", "failed to parse expression")
ENDED = "!"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks the real engine for many answers at once."""
    folder: Path = tmp_path_factory.mktemp("feel")
    try:
        path = os.pathsep.join(map(str, sorted(libraries().glob("*.jar"))))
        compile_java(HERE / "Feel.java", path, folder)
    except EngineMissing as missing:
        pytest.skip(str(missing))

    def answers(expressions: list[str]) -> list[str]:
        asked = "\n".join(base64.b64encode(text.encode()).decode() for text in expressions)
        command = [find_java() / "bin" / "java", "-cp", f"{folder}{os.pathsep}{path}", "Feel"]
        ran = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=300)
        return [base64.b64decode(line).decode() for line in ran.stdout.split()]

    return answers


def here(expression: str) -> str:
    try:
        value = feel.evaluate(expression).value
    except feel.FeelError:
        return ENDED
    return f"={'null' if value is None else value}"


@pytest.mark.parametrize("seed", range(4))
def test_expressions_are_answered_alike(ask: Ask, seed: int) -> None:
    made = Expressions(seed)
    expressions = [f"string({made.one()})" for _ in range(2_500)]

    answers = ask(expressions)

    told = [
        (text, answer) for text, answer in zip(expressions, answers, strict=True) if not any(one in answer for one in FAULTS)
    ]
    found = [(text, answer if answer.startswith("=") else ENDED, here(text)) for text, answer in told]
    assert len(told) > 2_300
    assert [one for one in found if one[1] != one[2]] == []
