"""Values of columns that a constraint or a trigger asks something of; all others take any value of their kind."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

LONG_AGO: Final = datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC).replace(tzinfo=None)
# Left to the column's own default, or NULL.
UNSET: Final = object()


def _month(number: int) -> str:
    return f"{2000 + number // 12}-{number % 12 + 1:02}"


def _locked_month(number: int) -> str:
    """No month of the rows that a lock would refuse."""
    return f"{1900 + number // 12}-{number % 12 + 1:02}"


def _unset(_number: int) -> object:
    return UNSET


BY_COLUMN: dict[tuple[str, str], Callable[[int], Any]] = {
    ("", "month"): _month,
    ("finance_lock", "month"): _locked_month,
    # Never unlocked.
    **dict.fromkeys((("finance_lock", f"unlock{name}") for name in ("_reason", "_requested_by", "ed_by")), lambda _number: ""),
    **dict.fromkeys((("finance_lock", f"unlock{name}") for name in ("ed_at", "_requested_at")), _unset),
    ("finance_posting", "booked_on"): lambda number: f"{_month(number)}-01",
    ("finance_daily_rate", "day"): lambda number: f"{_month(number)}-01",
}
