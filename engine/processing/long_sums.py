"""Numbers as Zeebe keeps them: in so many bits, what does not fit comes out on the other side.

Moments have 64 bits: a request may ask for any 64-bit time, and the sum is kept in columns that take no longer one. Retries
have 32.
"""

from decimal import Decimal

_BITS = 64
_HALF = 1 << (_BITS - 1)
_NO_BITS_LEFT = 32


def later(moment: int, milliseconds: int) -> int:
    """The moment that is so many milliseconds after another."""
    return (moment + milliseconds + _HALF) % (1 << _BITS) - _HALF


def in_32_bits(number: float | Decimal) -> int:
    """The number without its fraction, and without the bits beyond 32."""
    if isinstance(number, Decimal) and number.as_tuple().exponent >= _NO_BITS_LEFT:  # type: ignore[operator]
        # A power of ten of so many zeros has nothing in its last bits, and need not be written out to be told.
        return 0
    half = 1 << 31
    return (int(number) + half) % (1 << 32) - half
