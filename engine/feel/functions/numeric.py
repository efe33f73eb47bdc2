"""Numeric functions."""

import math
import random
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

from engine.feel.dialect import Dialect
from engine.feel.functions.registry import Broken, IllegalArgument, NoAnswer, Unsuitable, builtin
from engine.feel.numbers import DECIMAL128, EXACT, ZERO, absolute, add, is_integral
from engine.feel.operators import floating
from engine.feel.values import DaysTimeDuration, Value, YearsMonthsDuration

MIN_SCALE, MAX_SCALE = -6111, 6176
# Beyond it there is no floating point number.
_LARGEST_EXPONENT = Decimal("709.782712893384")


def _rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    if scale is None or not MIN_SCALE <= scale <= MAX_SCALE:
        raise Unsuitable(f"the scale {scale} is not between {MIN_SCALE} and {MAX_SCALE}")
    places = int(scale)
    if places > 6000:
        return value
    unit = Decimal((0, (1,), -places))
    rounded = value.quantize(unit, rounding, EXACT)
    return rounded or rounded.copy_abs()


@builtin("decimal(n: number, scale: number)")
def decimal(n: Decimal, scale: Decimal) -> Decimal:
    """Rounded to so many places, halves to the even neighbour."""
    return _rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(n: Decimal, scale: Decimal = ZERO) -> Decimal:
    """Rounded down."""
    return _rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(n: Decimal, scale: Decimal = ZERO) -> Decimal:
    """Rounded up."""
    return _rounded(n, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number)")
def round_up(n: Decimal, scale: Decimal) -> Decimal:
    """Rounded away from zero."""
    return _rounded(n, scale, ROUND_UP)


@builtin("round down(n: number, scale: number)")
def round_down(n: Decimal, scale: Decimal) -> Decimal:
    """Rounded towards zero."""
    return _rounded(n, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number)")
def round_half_up(n: Decimal, scale: Decimal) -> Decimal:
    """Rounded, halves away from zero."""
    return _rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number)")
def round_half_down(n: Decimal, scale: Decimal) -> Decimal:
    """Rounded, halves towards zero."""
    return _rounded(n, scale, ROUND_HALF_DOWN)


@builtin("abs(n: any)")
def abs_(n: Value) -> Value:
    """Without its sign; durations have one too."""
    match n:
        case Decimal():
            return absolute(n)
        case DaysTimeDuration():
            return DaysTimeDuration(abs(n.nanoseconds))
        case YearsMonthsDuration():
            return YearsMonthsDuration(abs(n.months))
    raise IllegalArgument("expected a number or a duration")


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """The rest of a division, with the sign of the divisor."""
    if not divisor:
        raise Broken("division by zero")
    rest = EXACT.remainder(dividend, divisor)
    if not rest:
        return rest.copy_abs()
    return add(rest, divisor) if (rest < 0) != (divisor < 0) else rest


def _floating(function: Callable[..., float], number: Decimal) -> Decimal:
    answer = floating(function, number)
    if answer is None:
        raise NoAnswer(f"there is no answer for {number}")
    return answer


@builtin("sqrt(number: number)", dialect=Dialect.CAMUNDA)
def sqrt(number: Decimal) -> Decimal:
    """The square root."""
    return _floating(math.sqrt, number)


@builtin("sqrt(number: number)", dialect=Dialect.STRICT)
def exact_sqrt(number: Decimal) -> Decimal:
    """The square root, to 34 digits."""
    if number < 0:
        raise NoAnswer(f"there is no answer for {number}")
    return DECIMAL128.sqrt(number)


@builtin("log(number: number)")
def log(number: Decimal) -> Decimal:
    """The natural logarithm."""
    if number <= 0:
        raise Broken(f"there is no logarithm of {number}")
    return _floating(math.log, number)


@builtin("exp(number: number)")
def exp(number: Decimal) -> Decimal:
    """E to the power of the number."""
    if number > _LARGEST_EXPONENT:
        raise Broken(f"e to the power of {number} is too large")
    return _floating(math.exp, number)


@builtin("odd(number: number)")
def odd(number: Decimal) -> bool:
    """Whether the number is odd."""
    return is_integral(number) and int(number) % 2 == 1


@builtin("even(number: number)")
def even(number: Decimal) -> bool:
    """Whether the number is even."""
    return is_integral(number) and int(number) % 2 == 0


@builtin("random number()")
def random_number() -> Decimal:
    """A number between 0 and 1."""
    return Decimal(repr(random.random()))  # noqa: S311 - a number of a process, not a secret.
