"""The port behind which a system stands whose records are changed, and what can go wrong with it.

    read      what a record's fields hold now, and the record's version where the system has one
    render    exactly the request that `apply` would send, for a dry run
    apply     one item, once per idempotency key

A system that knows neither idempotency keys nor conditional writes can still be used: a request without an answer is read back
after `settles_within` seconds, the longest it could still take effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.changes.nouns import Json


class TargetError(Exception):
    """A system did not do what it was asked."""


class RecordUnknown(TargetError):
    """The system has no such record or field (any more)."""


class WriteRefused(TargetError):
    """The system will never take this write; nothing took effect. The text is its reason."""


class WriteConflict(TargetError):
    """The record changed between reading and writing; nothing took effect."""


class TargetBusy(TargetError):
    """The system takes nothing now (rate limit, maintenance, not reached): nothing took effect, try again later."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class EffectUnknown(TargetError):
    """No answer came, or one that does not say: the write may have taken effect, or may still."""


class TargetUnknown(LookupError):
    """No adapter serves this system."""

    def __init__(self, system: str) -> None:
        super().__init__(f"no system {system[:80]!r} is connected; check the item's system or the installation's settings")
        self.system = system


@dataclass(frozen=True, slots=True)
class Reading:
    """What a record holds. `by_hand` names the fields that a person filled."""

    values: Mapping[str, Json]
    version: str = ""
    label: str = ""
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Write:
    """One item for its system. `version` is that of the reading in which `before` was found."""

    record: str
    field: str
    before: Json
    after: Json
    idempotency_key: str
    version: str = ""
    # Kept as the field's origin: `person`, `import` … and the name.
    author_kind: str = "person"
    author: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """A request as it would go out; secrets are left out by whoever renders it."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = None


class ChangeTarget(Protocol):
    """A system whose records can be changed."""

    @property
    def settles_within(self) -> float:
        """Seconds for which a request without an answer may still take effect; 0 where a time-out says it never will."""
        ...

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        """Raises `RecordUnknown`, `TargetBusy`."""
        ...

    def render(self, write: Write) -> PlannedRequest: ...

    async def apply(self, write: Write) -> None:
        """Raises `RecordUnknown`, `WriteRefused`, `WriteConflict`, `TargetBusy`, `EffectUnknown`."""
        ...


@dataclass(frozen=True, slots=True)
class ChangeTargets:
    """All connected systems by name."""

    by_system: Mapping[str, ChangeTarget]

    def of(self, system: str) -> ChangeTarget:
        """Raises `TargetUnknown`."""
        try:
            return self.by_system[system]
        except KeyError as error:
            raise TargetUnknown(system) from error
