"""Unary tests, the cells of decision tables: does the input match?

Compiled tests can be looked into (`tests`), so that decision tables can index their rules and find gaps and overlaps.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.feel.compiler.comparisons import Test, any_matches, compare_values, equality, value_matches
from engine.feel.compiler.core import QUIET, Closure, Compiler
from engine.feel.cursor import Cursor
from engine.feel.dialect import Dialect
from engine.feel.errors import FeelLimitExceeded
from engine.feel.expression import TOO_DEEP, Evaluation
from engine.feel.json_values import normalise
from engine.feel.names import NameTable
from engine.feel.primaries import ExpressionParser
from engine.feel.run import DEFAULT_LIMITS, Clock, Limits, Run, Warning  # noqa: A004 - FEEL's own warnings.
from engine.feel.scopes import Context, Scope
from engine.feel.syntax import (
    Between,
    Comparison,
    In,
    InstanceOf,
    Logical,
    Name,
    Node,
    Path,
    Quantified,
    UnaryComparison,
    UnaryTests,
)
from engine.feel.types import Checkers
from engine.feel.unparse import unparse
from engine.feel.values import Range, Value

_EMPTY: dict[str, Value] = {}
# Expressions that answer the test themselves; the value of any other is what the input must equal.
_PREDICATES = (Comparison, Logical, Between, In, InstanceOf, Quantified)


@dataclass(frozen=True, slots=True)
class ConstantComparison:
    """`< 5`, or `"gold"` (whose operator is `=`)."""

    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class ConstantInterval:
    """`[1..5]`."""

    interval: Range


@dataclass(frozen=True, slots=True)
class OpaqueTest:
    """A test that depends on more than the input, or in another way."""

    source: str


type TestForm = ConstantComparison | ConstantInterval | OpaqueTest


@dataclass(frozen=True, slots=True)
class UnaryTestsExpression:
    """Parsed unary tests."""

    source: str
    syntax: UnaryTests
    dialect: Dialect = Dialect.CAMUNDA

    def unparse(self) -> str:
        """The tests written out again."""
        return unparse(self.syntax)

    def compile(self, names: Iterable[str] = (), types: Checkers | None = None) -> "CompiledUnaryTests":
        """Closures for these tests."""
        compiler = Compiler(self.dialect, names, types)
        try:
            compiled = [_compile_test(compiler, node, negated=self.syntax.negated) for node in self.syntax.tests]
        except RecursionError as error:
            raise FeelLimitExceeded(TOO_DEEP) from error
        return CompiledUnaryTests(
            source=self.source,
            syntax=self.syntax,
            tests=tuple(form for _, form in compiled),
            negated=self.syntax.negated,
            variable_names=frozenset(compiler.free - {"?"}),
            needs_run=compiler.needs_run,
            uses_input="?" in compiler.free,
            closures=tuple(test for test, _ in compiled),
        )


@dataclass(frozen=True, slots=True)
class CompiledUnaryTests:
    """Unary tests ready to be asked about any input. Without `tests` everything matches (the cell is `-`)."""

    source: str
    syntax: UnaryTests
    tests: tuple[TestForm, ...]
    negated: bool
    variable_names: frozenset[str]
    needs_run: bool = field(repr=False)
    uses_input: bool = field(repr=False)
    closures: tuple[Test, ...] = field(repr=False, compare=False)

    @property
    def is_any(self) -> bool:
        """Whether everything matches."""
        return not self.closures

    def matches(self, input_value: Value, context: Context = _EMPTY, now: Clock = None) -> bool | None:
        """Whether the input matches; null where that cannot be told."""
        run = Run(clock=now, source=self.source) if self.needs_run else QUIET
        return self._decide(input_value, context, run)

    def evaluate(
        self, input_value: Value, context: Context = _EMPTY, *, now: Clock = None, limits: Limits = DEFAULT_LIMITS
    ) -> Evaluation:
        """Whether the input matches, with the warnings."""
        warnings: list[Warning] = []
        answer = self._decide(input_value, context, Run(limits, now, warnings, self.source))
        return Evaluation(answer, tuple(warnings))

    def _decide(self, input_value: Value, context: Context, run: Run) -> bool | None:
        if not self.closures:
            return True
        value = normalise(input_value)
        scope: Context = Scope(context, {"?": value}) if self.uses_input else context
        try:
            if len(self.closures) == 1:
                answer = self.closures[0](value, scope, run)
            else:
                answer = any_matches(self.closures, value, scope, run)
        except RecursionError as error:
            raise FeelLimitExceeded(TOO_DEEP) from error
        if self.negated and answer is not None:
            return not answer
        return answer


def _compile_test(compiler: Compiler, node: Node, *, negated: bool) -> tuple[Test, TestForm]:
    if isinstance(node, UnaryComparison):
        return _comparison(compiler, node)
    code = compiler.compile(node)
    # Camunda takes `true` for an answer, not for a value to equal, unless it stands alone.
    answers = isinstance(node, _PREDICATES) or (negated and code.constant is True and not compiler.strict)
    if answers:
        return _predicate(compiler, node), OpaqueTest(unparse(node))
    if code.is_constant and type(code.constant) is Range:
        return _against(compiler, node, code.constant), ConstantInterval(code.constant)
    if code.is_constant and type(code.constant) is not list:
        return _against(compiler, node, code.constant), ConstantComparison("=", code.constant)
    return _value_or_truth(compiler, node), OpaqueTest(unparse(node))


def _predicate(compiler: Compiler, node: Node) -> Test:
    expression, uses_input = _own_code(compiler, node)
    equal = equality(compiler)

    def test(value: Value, scope: Context, run: Run) -> bool | None:
        answer = expression(scope, run)
        if answer is True or uses_input or compiler.strict:
            return answer if type(answer) is bool else None
        # Camunda: an answer that is not true is a value to equal, when it is not about `?`.
        return equal(value, answer)

    return test


def _own_code(compiler: Compiler, node: Node) -> tuple[Closure, bool]:
    """The code of one test and whether it looks at `?`."""
    own = Compiler(compiler.dialect, compiler.declared, compiler.types)
    return own.compile(node).run, "?" in own.free


def _comparison(compiler: Compiler, node: UnaryComparison) -> tuple[Test, TestForm]:
    operand = compiler.compile(node.operand)
    inner, symbol, at = operand.run, node.operator, node.at
    if operand.is_constant:
        constant = operand.constant
        form: TestForm = ConstantComparison(symbol, constant)
        return (lambda value, _scope, run: compare_values(value, constant, symbol, at, run)), form
    opaque = OpaqueTest(f"{symbol} {unparse(node.operand)}")
    return (lambda value, scope, run: compare_values(value, inner(scope, run), symbol, at, run)), opaque


def _against(compiler: Compiler, node: Node, expected: Value) -> Test:
    equal, at = equality(compiler), node.at
    kind = type(expected)

    def test(value: Value, _scope: Context, run: Run) -> bool | None:
        if type(value) is kind and kind is str:
            return bool(value == expected)
        return value_matches(value, expected, equal, at, run)

    return test


def _value_or_truth(compiler: Compiler, node: Node) -> Test:
    equal, at = equality(compiler), node.at
    expression, answers = _own_code(compiler, node)
    plain = compiler.strict and isinstance(node, Name | Path)

    def test(value: Value, scope: Context, run: Run) -> bool | None:
        expected = expression(scope, run)
        if (expected is True and not plain) or (type(expected) is bool and (answers or type(value) is not bool)):
            return expected
        if answers and expected is None:
            return None
        return value_matches(value, expected, equal, at, run)

    return test


class _TestParser(ExpressionParser):
    def tests(self) -> UnaryTests:
        """The whole text as unary tests."""
        cursor = self.cursor
        start = cursor.token.start
        if cursor.at("-") and cursor.ahead(1).kind == "end":
            cursor.advance()
            return UnaryTests((), at=start)
        if cursor.at("not") and cursor.ahead(1).text == "(":
            negated = self._negated(start)
            if negated is not None:
                return negated
        return UnaryTests(self._list(), at=start)

    def _negated(self, start: int) -> UnaryTests | None:
        cursor, index = self.cursor, self.cursor.index
        cursor.index += 2
        if cursor.at("-") and cursor.ahead(1).text == ")":
            cursor.fail("'not(-)' never matches")
        tests = self._list()
        if cursor.take(")") and cursor.token.kind == "end":
            return UnaryTests(tests, negated=True, at=start)
        cursor.index = index
        return None

    def _list(self) -> tuple[Node, ...]:
        tests = [self.positive_test(0)]
        while self.cursor.take(","):
            tests.append(self.positive_test(0))
        return tuple(tests)


def parse_unary_tests(text: str, *, dialect: Dialect = Dialect.CAMUNDA, names: Iterable[str] = ()) -> UnaryTestsExpression:
    """Read unary tests; an empty text is `-`."""
    if not text.strip():
        return UnaryTestsExpression(text, UnaryTests(()), dialect)
    cursor = Cursor(text, dialect, NameTable(names))
    try:
        syntax = _TestParser(cursor).tests()
    except RecursionError as error:
        raise FeelLimitExceeded(TOO_DEEP) from error
    if cursor.token.kind != "end":
        cursor.fail(f"Unexpected {cursor.describe()}")
    return UnaryTestsExpression(text, syntax, dialect)


def compile_unary_tests(
    text: str, *, dialect: Dialect = Dialect.CAMUNDA, names: Iterable[str] = (), types: Checkers | None = None
) -> CompiledUnaryTests:
    """Read and compile unary tests."""
    names = tuple(names)
    return parse_unary_tests(text, dialect=dialect, names=names).compile(names, types)


def evaluate_unary_tests(
    text: str,
    input_value: Value,
    context: Context = _EMPTY,
    *,
    dialect: Dialect = Dialect.CAMUNDA,
    now: Clock = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Evaluation:
    """Read, compile and ask unary tests once."""
    return compile_unary_tests(text, dialect=dialect).evaluate(input_value, context, now=now, limits=limits)
