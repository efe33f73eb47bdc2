"""Counting while rows pass by: numbers and durations per group, exact, in little memory."""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

# What stands for a name that is missing.
NOBODY = "–"


@dataclass(slots=True)
class Tally:
    """Counts by word, and durations in milliseconds."""

    counts: Counter[str] = field(default_factory=Counter)
    durations: "array[int]" = field(default_factory=lambda: array("q"))

    def percentile(self, share: float) -> int | None:
        """The duration that `share` of all do not exceed, by nearest rank."""
        if not self.durations:
            return None
        rank = max(1, -int(-share * len(self.durations) // 1))
        return sorted(self.durations)[rank - 1]


@dataclass(slots=True)
class Tallies:
    """A tally for each group, made when it is first asked for."""

    _by_name: dict[str, Tally] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Tally:
        return self._by_name.setdefault(name or NOBODY, Tally())

    def __iter__(self) -> Iterator[tuple[str, Tally]]:
        """By name; what has none comes last."""
        return iter(sorted(self._by_name.items(), key=lambda item: (item[0] == NOBODY, item[0])))


def milliseconds_between(start: datetime, end: datetime | None) -> int | None:
    """How long something took; a clock that was set back makes it 0."""
    if end is None:
        return None
    span = end - start
    return max(0, (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000)
