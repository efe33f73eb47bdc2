"""Which functions a younger Zeebe brought: found where they are called, and nowhere else."""

import pytest

from engine import feel
from engine.feel.availability import SINCE, functions_since
from engine.feel.functions.registry import builtin_names


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("trim(name)", {"trim": (8, 6)}),
        ("if is blank(name) then uuid() else upper case(trim(name))", {"is blank": (8, 8), "trim": (8, 6), "uuid": (8, 6)}),
        ("{parts: [for x in xs return from json(x).a], n: 1}", {"from json": (8, 9)}),
        ('some x in xs satisfies x = to json("a")', {"to json": (8, 9)}),
        ("upper case(name)", {}),
        ("trim + 1", {}),
        ("texts.trim(name)", {}),
        ('"trim(name)"', {}),
    ],
)
def test_functions_are_found_where_they_are_called(expression, found) -> None:
    called = functions_since(feel.parse(expression).syntax)

    assert called == found


def test_each_listed_function_is_one_that_is_known_here() -> None:
    known = set(builtin_names())

    assert set(SINCE) <= known
