"""`= != < <= > >=`, `between`, `in` and ranges."""

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from engine.feel import operators
from engine.feel.compiler.conditions import no_boolean
from engine.feel.compiler.core import Closure, Code, Compiler, compiles
from engine.feel.json_values import normalise
from engine.feel.numbers import from_float
from engine.feel.run import Run
from engine.feel.scopes import MISSING, Context
from engine.feel.strict_equality import equal as strict_equal
from engine.feel.syntax import Between, Comparison, In, Literal, Name, Node, RangeLiteral, UnaryComparison
from engine.feel.text import excerpt
from engine.feel.values import Range, Value

type Test = Callable[[Value, Context, Run], bool | None]

_PYTHON: dict[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SIGNS: dict[str, frozenset[int]] = {
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({1, 0}),
}


def equality(compiler: Compiler) -> Callable[[Value, Value], bool | None]:
    """The equality of the dialect."""
    return strict_equal if compiler.strict else operators.equal


@compiles(Comparison)
def comparison(compiler: Compiler, node: Comparison) -> Code:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    quick = _name_with_constant(node) if not compiler.strict or node.operator in _PYTHON else None
    if quick is not None:
        return Code(quick)
    if node.operator in _PYTHON:
        code = Code(ordering(left.run, right.run, node.operator, node.at))
    else:
        code = Code(_equality(left.run, right.run, equality(compiler), negated=node.operator == "!=", at=node.at))
    return compiler.fold(code, left, right)


def _name_with_constant(node: Comparison) -> Closure | None:
    """The commonest comparison of all, `variable < 5` or `variable = "text"`, looks its variable up itself."""
    if not isinstance(node.left, Name) or not isinstance(node.right, Literal):
        return None
    value, at = node.right.value, node.at
    key, key_at = node.left.name, node.left.at
    equality_operators = {"=": operator.eq, "!=": operator.ne}
    compare = (_PYTHON | equality_operators)[node.operator]
    if type(value) is Decimal:
        whole = int(value) if value == int(value) else value
        return _number_test(key, key_at, value, whole, compare, symbol=node.operator, at=at)
    if type(value) is str:
        return _string_test(key, key_at, value, compare, symbol=node.operator, at=at)
    return None


def _lookup(value: Value, key: str, at: int, run: Run) -> Value:
    if value is MISSING:
        return run.null("NO_VARIABLE_FOUND", at, "No variable found with name '%s'", key)
    return normalise(value)


def _number_test(
    key: str,
    key_at: int,
    constant: Decimal,
    whole: Decimal | int,
    compare: Callable[[Value, Value], bool],
    *,
    symbol: str,
    at: int,
) -> Closure:
    def test(scope: Context, run: Run) -> bool | None:
        value = scope.get(key, MISSING)
        kind = type(value)
        if kind is int:
            return compare(value, whole)
        if kind is Decimal:
            return compare(value, constant)
        if kind is float and value - value == 0:
            return compare(from_float(value), constant)
        return compare_values(_lookup(value, key, key_at, run), constant, symbol, at, run)

    return test


def _string_test(
    key: str, key_at: int, constant: str, compare: Callable[[Value, Value], bool], *, symbol: str, at: int
) -> Closure:
    def test(scope: Context, run: Run) -> bool | None:
        value = scope.get(key, MISSING)
        if type(value) is str:
            return compare(value, constant)
        return compare_values(_lookup(value, key, key_at, run), constant, symbol, at, run)

    return test


def compare_values(left: Value, right: Value, symbol: str, at: int, run: Run) -> bool | None:
    """Compare any two values; what cannot be compared is null, with a warning."""
    answer: bool | None
    if symbol in {"=", "!="}:
        answer = operators.equal(left, right)
        if answer is not None:
            return answer is (symbol == "=")
    else:
        sign = operators.order(left, right)
        if sign is not None:
            return sign in _SIGNS[symbol]
    return run.null("NOT_COMPARABLE", at, "Can't compare '%s' with '%s'", excerpt(left), excerpt(right))


def ordering(left: Closure, right: Closure, symbol: str, at: int) -> Closure:
    """`<`, `<=`, `>` or `>=` of two closures."""
    compare = _PYTHON[symbol]
    direct = operators.DIRECT

    def test(scope: Context, run: Run) -> bool | None:
        a, b = left(scope, run), right(scope, run)
        kind = type(a)
        if kind is type(b) and kind in direct:
            return compare(a, b)
        return compare_values(a, b, symbol, at, run)

    return test


def _equality(
    left: Closure, right: Closure, equal: Callable[[Value, Value], bool | None], *, negated: bool, at: int
) -> Closure:
    direct = operators.EQUATABLE

    def test(scope: Context, run: Run) -> bool | None:
        a, b = left(scope, run), right(scope, run)
        kind = type(a)
        if kind is type(b) and kind in direct:
            return bool(a == b) is not negated
        if kind is list or kind is dict:
            run.spend(size_of(a))
        answer = equal(a, b)
        if answer is None:
            return run.null("NOT_COMPARABLE", at, "Can't compare '%s' with '%s'", excerpt(a), excerpt(b))
        return answer is not negated

    return test


def size_of(value: Value) -> int:
    """How many values a list or context holds, all the way down."""
    if isinstance(value, Mapping):
        return 1 + sum(map(size_of, value.values()))
    return 1 + sum(map(size_of, value)) if type(value) is list else 1


@compiles(Between)
def between(compiler: Compiler, node: Between) -> Code:
    codes = [compiler.compile(part) for part in (node.value, node.low, node.high)]
    value, low, high = (code.run for code in codes)
    at = node.at

    def test(scope: Context, run: Run) -> bool | None:
        middle = value(scope, run)
        above = compare_values(middle, low(scope, run), ">=", at, run)
        if above is False:
            return False
        if above is None:
            no_boolean(None, at, run)
        if run.warnings is not None:
            # Camunda asks for it anew, and says again what there is to say.
            middle = value(scope, run)
        below = compare_values(middle, high(scope, run), "<=", at, run)
        if below is None and above is not None:
            no_boolean(None, at, run)
        return below if above is not None or below is False else None

    return compiler.fold(Code(test), *codes)


@compiles(RangeLiteral)
def range_literal(compiler: Compiler, node: RangeLiteral) -> Code:
    # Camunda has no ranges of strings but as a test: `x in ["a".."c"]`.
    return _range(compiler, node, takes_text=compiler.strict)


def _range(compiler: Compiler, node: RangeLiteral, *, takes_text: bool) -> Code:
    low, high = compiler.compile(node.low), compiler.compile(node.high)
    start, end, at = low.run, high.run, node.at
    low_included, high_included = node.low_included, node.high_included
    strict = compiler.strict

    def build(scope: Context, run: Run) -> Range | None:
        a, b = start(scope, run), end(scope, run)
        if not _orderable(a, b, strict=strict) or (type(a) is str and not takes_text):
            return run.null("INVALID_TYPE", at, "Can't build a range from '%s' to '%s'", excerpt(a), excerpt(b))
        return Range(a, b, low_included, high_included)

    return compiler.fold(Code(build), low, high)


def _orderable(low: Value, high: Value, *, strict: bool) -> bool:
    sign = operators.order(low, high)
    return sign is not None and (sign <= 0 or not strict)


@compiles(UnaryComparison)
def unary_comparison(compiler: Compiler, node: UnaryComparison) -> Code:
    """`(< 5)` as a value: a range with one end."""
    operand = compiler.compile(node.operand)
    inner, symbol, at = operand.run, node.operator, node.at

    def build(scope: Context, run: Run) -> Range | None:
        value = inner(scope, run)
        if value is None:
            return run.null("INVALID_TYPE", at, "Can't build a range from null")
        match symbol:
            case "<" | "<=":
                return Range(None, value, low_included=False, high_included=symbol == "<=")
            case ">" | ">=":
                return Range(value, None, low_included=symbol == ">=", high_included=False)
            case "=":
                return Range(value, value)
            case _:
                return run.null("INVALID_TYPE", at, "A range cannot leave one value out")

    return compiler.fold(Code(build), operand)


@compiles(In)
def membership(compiler: Compiler, node: In) -> Code:
    value = compiler.compile(node.value)
    tests = [input_test(compiler, test) for test in node.tests]
    inner = value.run
    if len(tests) == 1:
        only = tests[0]
        return Code(lambda scope, run: only(inner(scope, run), scope, run))
    return Code(lambda scope, run: any_matches(tests, inner(scope, run), scope, run))


def any_matches(tests: Sequence[Test], value: Value, scope: Context, run: Run) -> bool | None:
    """Whether one of the tests holds; null if none does and one has no answer."""
    unknown = False
    for test in tests:
        answer = test(value, scope, run)
        if answer is True:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def input_test(compiler: Compiler, node: Node) -> Test:
    """A test of a value: a comparison, a range, or a value to equal or be part of."""
    if isinstance(node, UnaryComparison):
        operand = compiler.compile(node.operand).run
        symbol, at = node.operator, node.at
        return lambda value, scope, run: compare_values(value, operand(scope, run), symbol, at, run)
    equal = equality(compiler)
    at = node.at
    if isinstance(node, RangeLiteral):
        interval = _range(compiler, node, takes_text=True).run
        return lambda value, scope, run: _in_range(value, interval(scope, run), at, run)
    expression = compiler.compile(node).run
    return lambda value, scope, run: value_matches(value, expression(scope, run), equal, at, run)


def _in_range(value: Value, interval: Range | None, at: int, run: Run) -> bool | None:
    answer = None if interval is None else operators.contains(interval, value)
    if answer is None:
        return run.null("NOT_COMPARABLE", at, "Can't compare '%s' with '%s'", excerpt(value), excerpt(interval))
    return answer


def value_matches(
    value: Value, expected: Value, equal: Callable[[Value, Value], bool | None], at: int, run: Run
) -> bool | None:
    """Whether a value equals another, is in a list or lies in a range."""
    if type(expected) is Range:
        answer = operators.contains(expected, value)
    elif type(expected) is list:
        run.spend(len(expected))
        if type(value) is list and equal(value, expected) is True:
            return True
        return any(_item_matches(value, normalise(item), equal) for item in expected)
    else:
        answer = equal(value, expected)
    if answer is None:
        return run.null("NOT_COMPARABLE", at, "Can't compare '%s' with '%s'", excerpt(value), excerpt(expected))
    return answer


def _item_matches(value: Value, item: Value, equal: Callable[[Value, Value], bool | None]) -> bool:
    if type(item) is Range and type(value) is not Range:
        return operators.contains(item, value) is True
    return equal(value, item) is True
