"""Decimal arithmetic in contexts of our own, so that no thread's global context changes an answer.

Sums and differences are exact (as Camunda's are) within the limit of magnitude; products and quotients have 34 digits.
"""

from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

# No number has more digits before its point than this, nor more after it; larger ones would cost unbounded time.
MAGNITUDE = 6144

_SIGNALS = [DivisionByZero, InvalidOperation, Overflow]
DECIMAL128 = Context(prec=34, rounding=ROUND_HALF_EVEN, Emax=MAGNITUDE, Emin=-MAGNITUDE, capitals=1, clamp=0, traps=_SIGNALS)
EXACT = Context(prec=2 * MAGNITUDE + 40, rounding=ROUND_HALF_EVEN, Emax=MAGNITUDE, Emin=-MAGNITUDE, traps=_SIGNALS)

add = EXACT.add
subtract = EXACT.subtract
divide = DECIMAL128.divide
negate = EXACT.minus
absolute = EXACT.abs

_product = DECIMAL128.multiply

ZERO = Decimal(0)
ONE = Decimal(1)


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """The product; zero has no sign."""
    product = _product(left, right)
    return product or product.copy_abs()


def from_float(value: float) -> Decimal:
    """The decimal a float is written as (1.1 is 1.1)."""
    # A zero has no sign.
    return Decimal(repr(value or 0.0))


def is_integral(value: Decimal) -> bool:
    """Whether the number has no fraction."""
    return value == value.to_integral_value(context=EXACT)


def as_int(value: Decimal) -> int:
    """The number without its fraction. Bounded, because every number's magnitude is."""
    return int(value)
