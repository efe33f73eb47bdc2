"""Equality as the DMN standard has it: moments are equal where they are the same instant."""

from datetime import datetime, time

from engine.feel import operators
from engine.feel.values import Value


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; null where their types differ."""
    kind = type(left)
    if kind is type(right) and kind in {datetime, time}:
        sign = operators.order(left, right)
        return None if sign is None else sign == 0
    return operators.equal(left, right)
