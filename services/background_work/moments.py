"""Moments as the tables keep them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], float]
"""Seconds since 1970."""

system_clock: Clock = time.time


def milliseconds(clock: Clock) -> int:
    return int(clock() * 1000)


def moment(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else moment(value)
