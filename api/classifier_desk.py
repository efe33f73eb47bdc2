"""What the page about the classifier needs; behind it stands what takes a second to import, so nothing of it is named here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class ClassifierRefused(Exception):
    """What was asked of the classifier cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class VersionShown:
    """A version of the classifier; `card` and `comparison` as they were written when it was made."""

    number: int
    name: str
    state: str
    origin: str
    card: Mapping[str, Any]
    comparison: Mapping[str, Any]
    made_by: str
    made_at: datetime
    promoted_at: datetime | None
    has_file: bool


@dataclass(frozen=True, slots=True)
class CorrectionShown:
    ticket_id: str
    label: str
    suggested: str
    confidence: float | None
    made_by: str
    made_at: datetime
    agrees: bool
    is_held_back: bool


@dataclass(frozen=True, slots=True)
class ClassifierShown:
    """`champion` None: no model has been used yet. `waiting` corrections came after the last training."""

    champion: VersionShown | None
    versions: Sequence[VersionShown]
    corrections: Sequence[CorrectionShown]
    waiting: int
    enough: int


class ClassifierDesk(Protocol):
    """Every call is short and blocking, but for `set_precision`, which reads and writes a model."""

    def shown(self) -> ClassifierShown: ...

    def learn(self, asked_by: str) -> None:
        """Have a challenger trained in the background."""
        ...

    def set_precision(self, precision: float, asked_by: str) -> None:
        """Raises `ClassifierRefused`."""
        ...

    def put_back(self, number: int) -> None:
        """Make a version the champion. Raises `ClassifierRefused`."""
        ...

    def labels(self) -> Sequence[str]:
        """The categories there are."""
        ...

    def correct(self, ticket_id: str, category: str, *, made_by: str, request_id: str) -> None:
        """Change a ticket's category; the classifier learns from it. Raises `ClassifierRefused`, `TicketUnknown`."""
        ...
