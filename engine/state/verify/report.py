"""What a verification found."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from engine.processing.ports import StateReader

# Of one kind of trouble so many are told in full; the rest is counted.
TOLD_IN_FULL = 10

RESTORE = "restore the last backup: penstock restore FILE DIR"
CANCEL = "cancel the process instance, or restore the last backup"
REPORT = "keep a copy of the data and report it; the gateway may go on"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    where: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. To do: {self.do}"


@dataclass
class Verification:
    """What was looked at, and what was wrong with it."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    # By kind of trouble: how many there were.
    troubles: Counter[str] = field(default_factory=Counter)

    @property
    def is_whole(self) -> bool:
        return not self.troubles

    def found(self, trouble: str, where: str, what: str, do: str) -> None:
        """Note a finding; `trouble` names its kind."""
        self.troubles[trouble] += 1
        if self.troubles[trouble] <= TOLD_IN_FULL:
            self.findings.append(Finding(where, what, do))

    def lines(self) -> Iterator[str]:
        """The findings, and how many of each kind were left out."""
        yield from map(str, self.findings)
        for trouble, count in self.troubles.items():
            if count > TOLD_IN_FULL:
                yield f"… and {count - TOLD_IN_FULL} more of: {trouble}"


class StoredState(StateReader, Protocol):
    """A store that can be looked at as of one moment."""

    def snapshot(self) -> AbstractContextManager[None]:
        """Within it, all reads see the same commit."""
        ...

    def damage(self) -> list[str]:
        """What the database itself finds wrong."""
        ...
