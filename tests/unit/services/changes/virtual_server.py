"""A server in memory that treats requests as real ones do: loses them, loses answers, takes them late, refuses, is busy.

Its clock stands still until the test moves it. Three kinds exist: one that knows idempotency keys, one that takes writes only
against the version that was read, and one that knows neither but finishes each request within a known time.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from services.changes import (
    EffectUnknown,
    PlannedRequest,
    Reading,
    TargetBusy,
    Write,
    WriteConflict,
    WriteRefused,
)


class Killed(BaseException):
    """kill -9: nothing of the process's own code runs after it."""


class Kind(StrEnum):
    KEYS = "keys"
    VERSIONS = "versions"
    PLAIN = "plain"


@dataclass
class VirtualClock:
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Faults:
    """Dice with a weight for each kind of trouble; the same seed throws the same."""

    dice: random.Random
    rate: float
    # Trouble ends: what was injected until then must not matter in the end.
    left: int = 40

    def happens(self, share: float = 1.0) -> bool:
        if self.left > 0 and self.dice.random() < self.rate * share:
            self.left -= 1
            return True
        return False


@dataclass
class VirtualServer:
    """`ChangeTarget` over fields of records; `effects` counts what each request's key did to the state."""

    kind: Kind
    clock: VirtualClock
    faults: Faults
    values: dict[tuple[str, str], object]
    refuses: set[tuple[str, str]] = field(default_factory=set)
    settles_within: float = 5.0
    effects: Counter[str] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    known_keys: set[str] = field(default_factory=set)
    in_flight: list[tuple[datetime, Write]] = field(default_factory=list)

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        self.deliver_late()
        if self.faults.happens():
            raise TargetBusy("429 while reading")
        version = str(self.versions[record]) if self.kind is Kind.VERSIONS else ""
        return Reading({name: self.values.get((record, name)) for name in fields}, version)

    def render(self, write: Write) -> PlannedRequest:
        return PlannedRequest(
            "PATCH", f"/{write.record}", {"Idempotency-Key": write.idempotency_key}, {write.field: write.after}
        )

    async def apply(self, write: Write) -> None:
        self.deliver_late()
        trouble = self.faults.dice.choice(("lost", "no answer", "late", "killed before", "killed after", "429"))
        if not self.faults.happens():
            trouble = ""
        if trouble == "429":
            raise TargetBusy("429", retry_after=1)
        if trouble == "killed before":
            raise Killed
        if trouble == "lost":
            raise EffectUnknown("time-out")
        if trouble == "late":
            longest = 60.0 if self.kind is Kind.VERSIONS else self.settles_within
            self.in_flight.append((self.clock() + timedelta(seconds=self.faults.dice.random() * longest * 0.99), write))
            if self.faults.dice.random() < 0.5:
                raise Killed
            raise EffectUnknown("time-out")
        self._take(write)
        if trouble == "killed after":
            raise Killed
        if trouble == "no answer":
            raise EffectUnknown("502")

    def deliver_late(self) -> None:
        """Requests that lay in a queue take effect when their time has come, whoever still waits for them."""
        due = [each for each in self.in_flight if each[0] <= self.clock()]
        self.in_flight = [each for each in self.in_flight if each[0] > self.clock()]
        for _at, write in due:
            try:
                self._take(write)
            except (WriteConflict, WriteRefused):
                continue

    def edit(self, record: str, name: str, value: object) -> None:
        """Somebody else changes a field."""
        self.values[record, name] = value
        self.versions[record] += 1

    def _take(self, write: Write) -> None:
        place = (write.record, write.field)
        if place in self.refuses:
            raise WriteRefused("422: no such value")
        if self.kind is Kind.KEYS:
            if write.idempotency_key in self.known_keys:
                return
            self.known_keys.add(write.idempotency_key)
        if self.kind is Kind.VERSIONS and write.version != str(self.versions[write.record]):
            raise WriteConflict("412")
        self.edit(write.record, write.field, write.after)
        self.effects[write.idempotency_key] += 1
