"""The table of docs/reference/security.md names tests; each of them exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (ROOT / "docs/reference/security.md").read_text(), re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_row_is_there_once() -> None:
    assert [int(number) for number, _tests in ROWS] == list(range(1, 27))


def test_every_row_names_tests_that_exist() -> None:
    named = [(number, NAMED.findall(tests)) for number, tests in ROWS]

    missing = [(number, file, test) for number, tests in named for file, test in tests if test not in _tests_of(file)]

    assert [number for number, tests in named if not tests] == []
    assert missing == []


def _tests_of(file: str) -> set[str]:
    path = ROOT / file
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, functions)} if path.exists() else set()
