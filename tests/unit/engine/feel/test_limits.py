"""Nothing an expression says may cost more than its limits allow."""

import tracemalloc
from time import process_time

import pytest

from engine import feel

ENDLESS = [
    "2 ** 99999999",
    "for i in 1..10**9 return i",
    "for i in 1..1000, j in 1..1000 return i * j",
    "for i in 1..100 return for j in 1..100 return for k in 1..100 return 1",
    "some i in 1..5000, j in 1..5000 satisfies i > j + 5000",
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)+$")',
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)+$", "x")',
    "{f: function(x) f(x + 1), r: f(1)}.r",
    "{f: function(x) [f(x), f(x)], r: f(1)}.r",
    "for i in 1..100000 return for j in 1..10 return j",
    '{s: for i in 1..100 return if i = 1 then "0123456789" else partial[-1] + partial[-1], r: s[-1]}.r',
    "[" * 5000,
    "(" * 5000 + "1" + ")" * 5000,
    "-" * 5000 + "1",
    "1" + " + 1" * 5000,
    "if a then " * 1000 + "1",
    "[" + "1," * 60000 + "1]",
    "for i in 1..300 return for j in flatten(for k in 1..300 return [k]) return j",
    'for i in 1..20000 return upper case(string(i) + "' + "x" * 20000 + '")',
    "{xs: for i in 1..10000 return i, r: for i in xs return xs = xs}.r",
    'for i in 1..1000 return matches("aaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|aa)+$")',
]


@pytest.mark.parametrize("text", ENDLESS, ids=lambda text: text[:40])
def test_stops_in_time(text):
    started = process_time()

    with pytest.raises(feel.FeelError):
        feel.evaluate(text, {})

    # Ten times the promise, in time of our own process: without a limit each of these takes far more.
    assert process_time() - started < 2


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [("x+", "$0" * 4_000), ("(y*)x", "$1" * 500_000), ("x", "\\\\1" * 300_000)],
    ids=["the text many times", "nothing many times", "a sign many times"],
)
def test_a_replacement_that_refers_to_much_is_stopped_before_it_is_built(pattern, replacement):
    variables = {"text": "x" * 1_000_000, "pattern": pattern, "replacement": replacement}
    tracemalloc.start()

    with pytest.raises(feel.FeelLimitExceeded):
        feel.evaluate("replace(text, pattern, replacement)", variables)

    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000_000


def test_a_caller_may_set_other_limits():
    limits = feel.Limits(steps=10)

    with pytest.raises(feel.FeelLimitExceeded, match="10 steps"):
        feel.evaluate("for i in 1..20 return i", {}, limits=limits)


def test_recursion_within_the_limits_works():
    text = "{fact: function(n) if n < 2 then 1 else n * fact(n - 1), r: fact(50)}.r"

    answer = feel.evaluate(text, {}).value

    assert answer == feel.evaluate("product(for i in 1..50 return i)", {}).value


@pytest.mark.parametrize(
    "text",
    [
        "__class__",
        "a.__class__",
        '"".__class__.__mro__',
        "{}.__subclasses__()",
        "().__init__",
        '__import__("os")',
        "a.keys",
        "a.get",
    ],
)
def test_the_insides_of_python_are_out_of_reach(text):
    try:
        answer = feel.evaluate(text, {"a": {}}).value
    except feel.FeelSyntaxError:
        answer = None

    assert answer is None
