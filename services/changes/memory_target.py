"""Records in memory behind the port `ChangeTarget`, for trying processes and as the plainest example of an adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.changes.applying import same
from services.changes.nouns import Json
from services.changes.targets import PlannedRequest, Reading, RecordUnknown, Write, WriteConflict


@dataclass
class InMemoryTarget:
    """Keeps each idempotency key with its effect, as a database would in one transaction."""

    records: dict[str, dict[str, Json]]
    by_hand: Mapping[str, frozenset[str]] = field(default_factory=dict)
    applied: list[Write] = field(default_factory=list)
    settles_within: float = 0

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        if record not in self.records:
            raise RecordUnknown(f"there is no record {record!r}")
        held = self.records[record]
        return Reading({name: held.get(name) for name in fields}, by_hand=self.by_hand.get(record, frozenset()))

    def render(self, write: Write) -> PlannedRequest:
        return PlannedRequest("SET", f"{write.record}.{write.field}", {"Idempotency-Key": write.idempotency_key}, write.after)

    async def apply(self, write: Write) -> None:
        if any(known.idempotency_key == write.idempotency_key for known in self.applied):
            return
        if write.record not in self.records:
            raise RecordUnknown(f"there is no record {write.record!r}")
        if not same(self.records[write.record].get(write.field), write.before):
            raise WriteConflict(f"{write.record} {write.field} was changed")
        self.records[write.record][write.field] = write.after
        self.applied.append(write)
