"""Lists page by page: each page ends with a cursor that says after which row the next one begins.

A cursor holds the sort values of the last row, so a page costs the same however far down it is, and rows that come or go
meanwhile shift nothing. It travels through addresses, so whatever comes back is checked like any other input.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_

MAX_LIMIT = 500


class InvalidCursor(ValueError):
    """A cursor that no list of this order has given out."""


@dataclass(frozen=True, slots=True)
class Page[T]:
    """Some rows of a list; `next_cursor` is None on the last page, `total` where counting is not cheap."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order; the last one of a list must be unique."""

    column: ColumnElement[int]
    descending: bool = False


def encode_cursor(values: Sequence[int]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(list(values))).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> tuple[int, ...]:
    """The sort values in a cursor.

    Raises:
        InvalidCursor: it is none, or belongs to a list of another order.
    """
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        values = msgspec.json.decode(text, type=list[int])
    except (binascii.Error, UnicodeEncodeError, UnicodeDecodeError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidCursor(f"not a cursor of this list: {cursor[:80]!r}; leave it out to start at the first page") from error
    if len(values) != length or not all(-(2**63) <= value < 2**63 for value in values):
        raise InvalidCursor(f"not a cursor of this list: {cursor[:80]!r}; leave it out to start at the first page")
    return tuple(values)


def after_cursor[S: Select[tuple[object, ...]]](statement: S, order: Sequence[SortKey], cursor: str | None) -> S:
    """The statement in this order, beginning after the cursor."""
    ordered = statement.order_by(*(key.column.desc() if key.descending else key.column.asc() for key in order))
    if cursor is None:
        return ordered
    values = decode_cursor(cursor, len(order))
    alternatives = []
    for index, key in enumerate(order):
        equal = [earlier.column == value for earlier, value in zip(order[:index], values, strict=False)]
        beyond = key.column < values[index] if key.descending else key.column > values[index]
        alternatives.append(and_(*equal, beyond))
    # The first column alone bounds the scan of the index; the alternatives then tell equal values apart.
    first = order[0].column <= values[0] if order[0].descending else order[0].column >= values[0]
    return ordered.where(first, or_(*alternatives))


def limited(limit: int) -> int:
    """A page's size within what one answer may hold."""
    return max(1, min(limit, MAX_LIMIT))
