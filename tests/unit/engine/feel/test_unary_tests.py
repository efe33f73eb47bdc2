from decimal import Decimal

import pytest

from engine import feel


@pytest.mark.parametrize(
    ("tests", "input_value", "expected"),
    [
        ("-", None, True),
        ("", 1, True),
        ('"gold"', "gold", True),
        ('"gold","silver"', "bronze", False),
        ("< 5", 4, True),
        ("< 5", None, None),
        ("null", None, True),
        ("[1..5], > 10", 12, True),
        ("]1..5[", 5, False),
        ("not(1, 2)", 2, False),
        ("not(1, 2)", 3, True),
        ("not(null)", 1, True),
        ("? > 3 and ? < 5", 4, True),
        ("? > 3 and ? < 5", 6, False),
        ("true", False, False),
        ("false", False, True),
        ("flag", 1, True),
        ("not(true)", False, False),
        ("limit > 30", False, True),
        ("1 = 1", "anything", True),
        ("limit", 7, True),
        ("> limit", 8, True),
        ("allowed", "b", True),
        ('contains(?, "x")', "axb", True),
        ("odd(?)", 2, False),
        ('date("2024-01-01")', "2024-01-01", None),
    ],
)
def test_matches(tests, input_value, expected):
    compiled = feel.compile_unary_tests(tests)

    answer = compiled.matches(input_value, {"limit": 7, "allowed": ["a", "b"], "flag": True})

    assert answer is expected


def test_constant_tests_can_be_looked_into():
    compiled = feel.compile_unary_tests('"a", < 5, [1..2], ? > x')

    assert compiled.tests == (
        feel.ConstantComparison("=", "a"),
        feel.ConstantComparison("<", Decimal(5)),
        feel.ConstantInterval(feel.Range(Decimal(1), Decimal(2))),
        feel.OpaqueTest("? > x"),
    )
    assert compiled.variable_names == {"x"}


def test_warnings_tell_why_nothing_matched():
    evaluation = feel.evaluate_unary_tests("< 5", "text")

    assert evaluation.value is None
    assert "Can't compare" in evaluation.warnings[0].message


@pytest.mark.parametrize("tests", ["1,", "not(", "<", "not(-)", "1 2"])
def test_refuses_what_are_no_unary_tests(tests):
    with pytest.raises(feel.FeelSyntaxError):
        feel.parse_unary_tests(tests)
