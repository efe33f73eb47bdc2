"""`+ - * / **` and the unary minus."""

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import NoReturn

from engine.feel import numbers, operators
from engine.feel.compiler.core import Closure, Code, Compiler, compiles
from engine.feel.errors import FeelLimitExceeded
from engine.feel.run import Run
from engine.feel.scopes import Context
from engine.feel.syntax import Arithmetic, Negation
from engine.feel.text import excerpt
from engine.feel.values import Value

_VERBS = {"+": "add '%s' to '%s'", "-": "subtract '%s' from '%s'", "*": "multiply '%s' by '%s'"}
_VERBS |= {"/": "divide '%s' by '%s'"}
type Apply = Callable[[Value, Value], Value]

_OPERATORS: dict[str, Apply] = {
    "+": operators.add,
    "-": operators.subtract,
    "*": operators.multiply,
    "/": operators.divide,
    "**": operators.power,
}
_CAMUNDA = _OPERATORS | {
    "-": operators.subtract_alike,
    "*": operators.multiply_whole,
    "/": operators.divide_whole,
    "**": operators.power_or_end,
}
# The same for two numbers, without looking at types; division and powers have exceptions of their own.
_DECIMAL: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
}


def too_large(error: DecimalException) -> NoReturn:
    """Refuse a number beyond every magnitude."""
    raise FeelLimitExceeded(f"A number has more than {numbers.MAGNITUDE} digits.") from error


@compiles(Arithmetic)
def arithmetic(compiler: Compiler, node: Arithmetic) -> Code:
    left, right = compiler.compile(node.left), compiler.compile(node.right)
    if node.operator == "+":
        compiler.needs_run = True
    apply = (_OPERATORS if compiler.strict else _CAMUNDA)[node.operator]
    general = _general(left.run, right.run, apply, node.operator, node.at)
    quick = _DECIMAL.get(node.operator)
    code = Code(general if quick is None else _quick(left.run, right.run, quick, apply, node.operator, node.at))
    return compiler.fold(code, left, right)


def combine(left: Value, right: Value, apply: Apply, operator: str, at: int, run: Run) -> Value:
    """Apply an operator to any two values."""
    try:
        value = apply(left, right)
    except DecimalException as error:
        too_large(error)
    except OverflowError as error:
        raise FeelLimitExceeded("A duration or date is too large.") from error
    if value is None:
        return _undefined(left, right, operator, at, run)
    if type(value) is str:
        run.check_string(len(value))
    return value


def _undefined(left: Value, right: Value, operator: str, at: int, run: Run) -> None:
    """Null, in the words of the reference implementation: it adds the right to the left and divides the left by the right."""
    if operator == "**":
        odd = right if type(left) is Decimal else left
        return run.null("INVALID_TYPE", at, "Expected number but found '%s'", excerpt(odd))
    first, second = (excerpt(right), excerpt(left)) if operator in "+-" else (excerpt(left), excerpt(right))
    return run.null("INVALID_TYPE", at, "Can't " + _VERBS[operator], first, second)


def _general(left: Closure, right: Closure, apply: Apply, operator: str, at: int) -> Closure:
    return lambda scope, run: combine(left(scope, run), right(scope, run), apply, operator, at, run)


def _quick(
    left: Closure, right: Closure, quick: Callable[[Decimal, Decimal], Decimal], apply: Apply, operator: str, at: int
) -> Closure:
    def operate(scope: Context, run: Run) -> Value:
        a, b = left(scope, run), right(scope, run)
        if type(a) is Decimal and type(b) is Decimal:
            try:
                return quick(a, b)
            except DecimalException as error:
                too_large(error)
        return combine(a, b, apply, operator, at, run)

    return operate


@compiles(Negation)
def negation(compiler: Compiler, node: Negation) -> Code:
    operand = compiler.compile(node.operand)
    inner, at = operand.run, node.at
    change_sign = operators.negate if compiler.strict else operators.negate_number

    def negate(scope: Context, run: Run) -> Value:
        operand = inner(scope, run)
        value = change_sign(operand)
        if value is None:
            return run.null("INVALID_TYPE", at, "Expected number but found '%s'", excerpt(operand))
        return value

    return compiler.fold(Code(negate), operand)
