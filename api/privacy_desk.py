"""What the privacy page stands on: how long each kind of data is kept, and one customer's data, to see, take out or erase."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# Stands where a customer's words or name were.
ERASED = "(erased)"


class NotAnAddress(ValueError):
    """People are found by their e-mail address."""


@dataclass
class ErasureReport:
    """How many rows of each kind lost what was personal, or would; which tickets and changes hinder, and what stays."""

    erased: dict[str, int] = field(default_factory=dict)
    open_tickets: list[str] = field(default_factory=list)
    # Records of the built-in CRM, such as `customer:7`, of which a change waits.
    waiting: list[str] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of data. `how_long` None: until somebody erases it; `task` is what clears it away, empty where its owner does."""

    kind: str
    how_long: timedelta | None
    setting: str = ""
    task: str = ""
    # Instead of a time: so many, the newest.
    count: int | None = None


@dataclass(frozen=True, slots=True)
class PrivacyDesk:
    """Over one tenant's customers. Each call takes an e-mail address and raises `NotAnAddress` where it is none."""

    kept: Sequence[Kept]
    # Task -> when it last ended well.
    cleaned: Callable[[], Mapping[str, datetime]]
    preview: Callable[[str], ErasureReport]
    export: Callable[[str], Mapping[str, Any]]
    erase: Callable[[str], ErasureReport]
