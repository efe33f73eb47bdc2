"""Properties that hold for every expression. `PENSTOCK_FUZZ=100000` runs the large version."""

import os
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel import syntax as s
from engine.feel.functions import builtin_names
from engine.feel.names import KEYWORDS
from engine.feel.unparse import unparse

EXAMPLES = int(os.environ.get("PENSTOCK_FUZZ", "300"))
NAMES = st.sampled_from(["a", "b", "xs", "order", "name", "missing", "item", "a b"])
BUILTINS = st.sampled_from([name for name in builtin_names() if name not in {"and", "or"}])
NUMBERS = st.decimals(min_value=0, max_value=1000, places=2) | st.integers(0, 30).map(Decimal)
TEMPORALS = st.sampled_from(["2024-02-29", "10:00:00Z", "2024-01-01T00:00:00@Europe/Paris", "P1Y2M", "-PT36H", "nonsense"])
LEAVES = st.one_of(
    st.builds(s.Literal, NUMBERS | st.text(max_size=8) | st.booleans() | st.none()),
    st.builds(s.TemporalLiteral, TEMPORALS),
    st.builds(s.Name, NAMES),
)
CONTEXT = {"a": 1, "b": 2.5, "xs": [1, None, "x", [2]], "order": {"a": 1, "b": {"a": "x"}}, "name": "Ann", "a b": True}


def composed(inner: st.SearchStrategy[s.Node]) -> st.SearchStrategy[s.Node]:
    iterators = st.lists(
        st.builds(s.Iterator, NAMES, inner.map(no_range) | st.builds(s.Iteration, inner, inner)), min_size=1, max_size=2
    )
    tests = st.lists(
        inner | st.builds(s.UnaryComparison, st.sampled_from(["<", ">", "<=", ">=", "=", "!="]), inner), min_size=1, max_size=2
    )
    arguments = st.lists(st.builds(s.Argument, inner), max_size=4).map(tuple)
    return st.one_of(
        st.builds(s.Negation, inner),
        st.builds(s.Arithmetic, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.builds(s.Comparison, st.sampled_from(["<", ">", "<=", ">=", "=", "!="]), inner, inner),
        st.builds(s.Logical, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(s.Between, inner, inner, inner),
        st.builds(s.In, inner, tests.map(tuple)),
        st.builds(s.InstanceOf, inner, st.builds(s.TypeName, st.sampled_from(["number", "date and time", "Any", "foo"]))),
        st.builds(s.If, inner, inner, inner),
        st.builds(s.For, iterators.map(tuple), inner),
        st.builds(s.Quantified, st.sampled_from(["some", "every"]), iterators.map(tuple), inner),
        st.builds(s.FunctionLiteral, st.lists(st.builds(s.Parameter, NAMES), max_size=2).map(tuple), inner),
        st.builds(s.Invocation, st.builds(s.Name, BUILTINS | NAMES), arguments),
        st.builds(s.Path, inner, NAMES),
        st.builds(s.Filter, inner, inner),
        st.builds(s.ListLiteral, st.lists(inner, max_size=3).map(tuple)),
        st.builds(s.ContextLiteral, st.lists(st.builds(s.Entry, NAMES | st.text(max_size=5), inner), max_size=3).map(tuple)),
        st.builds(s.RangeLiteral, inner, inner, st.booleans(), st.booleans()),
    )


def no_range(node: s.Node) -> s.Node:
    # Camunda refuses a loop over a range in brackets.
    return s.ListLiteral((node,)) if isinstance(node, s.RangeLiteral) else node


EXPRESSIONS = st.recursive(LEAVES, composed, max_leaves=12)
WORDS = st.sampled_from([
    *sorted(KEYWORDS), *"()[]{}:,.+-/<>=?`'\"\\\n\x00é😀",
    "1", ".5", "a", "xs", "..", "**", "!=", "/*", "//", '"a"', '@"P1D"',
    "of", "not", "date and time", "string", "sum", "sort", "partial", "item",
])  # fmt: skip
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(EXPRESSIONS)
def test_what_is_written_out_reads_back_the_same(node):
    text = unparse(node)

    again = feel.parse(text)

    assert again.syntax == node
    assert feel.parse(again.unparse()).unparse() == text


@FUZZ
@given(EXPRESSIONS, st.sampled_from(feel.Dialect))
def test_every_expression_has_a_value_or_an_error_of_ours(node, dialect):
    text = unparse(node)

    try:
        evaluation = feel.evaluate(text, CONTEXT, dialect=dialect)
    except feel.FeelError:
        return

    assert feel.format_value(evaluation.value)
    assert evaluation.value is None or feel.to_json(evaluation.value) is not ...


@FUZZ
@given(st.lists(WORDS, max_size=14).map(" ".join), st.sampled_from(feel.Dialect))
def test_any_text_is_evaluated_or_refused(text, dialect):
    try:
        answer = feel.evaluate(text, CONTEXT, dialect=dialect).value
    except feel.FeelError as error:
        answer = str(error)

    assert answer is None or feel.format_value(answer)


@FUZZ
@given(st.lists(WORDS, max_size=10).map(" ".join), st.sampled_from([1, None, "a", [1], {"a": 1}, True]))
def test_any_text_as_unary_tests_answers_true_false_null_or_is_refused(text, input_value):
    try:
        answer = feel.compile_unary_tests(text).matches(input_value, CONTEXT)
    except feel.FeelError:
        answer = None

    assert answer in {True, False, None}


@FUZZ
@given(EXPRESSIONS)
def test_compiled_value_and_evaluation_agree(node):
    compiled = feel.compile(unparse(node))

    try:
        quick, full = compiled.value(CONTEXT), compiled.evaluate(CONTEXT).value
    except feel.FeelError:
        return

    if "random number" not in compiled.source and "uuid" not in compiled.source and "now" not in compiled.source:
        assert feel.format_value(quick) == feel.format_value(full)
