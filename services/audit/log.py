"""The port of the audit log, and following its chain."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.audit.entry import GENESIS, AuditEntry, Deed

PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; empty fields restrict nothing. `actor` is exact, the texts are contained; moments in milliseconds."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: int | None = None
    until: int | None = None
    # None: every tenant's.
    tenant_id: str | None = None

    def fits(self, entry: AuditEntry) -> bool:
        deed = entry.deed
        return (
            self.actor in {"", deed.actor}
            and self.tenant_id in {None, deed.tenant_id}
            and self.action.lower() in deed.action.lower()
            and self.subject.lower() in deed.subject.lower()
            and (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at < self.until)
        )


@dataclass(frozen=True, slots=True)
class Verification:
    """What following the chain found; `head` is the sum of the newest entry, to be kept elsewhere."""

    entries: int
    head: str
    breaks: int = 0
    first_break: int | None = None
    why: str = ""


class AuditLog(Protocol):
    """Entries are only ever added."""

    def append(self, deed: Deed) -> AuditEntry:
        """Add an entry; when it returns, the entry is kept."""
        ...

    def page(self, wanted: AuditFilter, *, before: int | None = None, limit: int = PAGE) -> Sequence[AuditEntry]:
        """The newest entries first; `before` is the sequence that the last page ended with."""
        ...

    def entries(self) -> Iterator[AuditEntry]:
        """All entries from the first on."""
        ...


def verify(entries: Iterable[AuditEntry]) -> Verification:
    """Follow the chain from its beginning."""
    expected, previous, count, breaks = 1, GENESIS, 0, 0
    first: int | None = None
    why = ""
    for entry in entries:
        count += 1
        trouble = _trouble(entry, expected, previous)
        if trouble:
            breaks += 1
            if first is None:
                first, why = entry.sequence, trouble
        expected, previous = entry.sequence + 1, entry.sum
    return Verification(count, previous, breaks, first, why)


def _trouble(entry: AuditEntry, expected: int, previous: str) -> str:
    if not entry.fits:
        return "it is not as it was written"
    if entry.sequence != expected:
        return f"the entries from {expected} on are missing before it"
    return "" if entry.previous == previous else "it does not follow from the entry before it"
