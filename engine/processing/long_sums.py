"""Moments as Zeebe adds them: in 64 bits, so that what does not fit comes out on the other side, long ago.

A request may ask for any 64-bit time; the sum is kept in columns of 64 bits, and must never be longer.
"""

_BITS = 64
_HALF = 1 << (_BITS - 1)


def later(moment: int, milliseconds: int) -> int:
    """The moment that is so many milliseconds after another."""
    return (moment + milliseconds + _HALF) % (1 << _BITS) - _HALF
