"""The record log that the sink keeps: append once, read from a position of each partition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zeebe.exporter_sink.bulk import ExportedRecord
from zeebe.records import Record


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that never came: the exporter counts those of a type without leaving a number out."""

    partition_id: int
    value_type: str
    # The counters of the record before the gap and of the one after it.
    after: int
    before: int
    position: int

    @property
    def missing(self) -> int:
        return self.before - self.after - 1


@dataclass(frozen=True, slots=True)
class Appended:
    """What a bulk brought: new records, such as were there before, and gaps it revealed."""

    fresh: int = 0
    known: int = 0
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class PartitionState:
    """How far a partition's log goes; moments are milliseconds since 1970."""

    partition_id: int
    position: int
    timestamp: int
    received_at: int
    records: int


class RecordLog(Protocol):
    """Keeps every exported record once, in the order of its partition."""

    def append(self, records: Sequence[ExportedRecord]) -> Appended:
        """Store what is new, durably, before it returns."""
        ...

    def read(self, after: Mapping[int, int], *, limit: int = 5_000) -> list[Record]:
        """Some of the records after a position of each partition (-1 where none is named), in order; none at the end."""
        ...

    def partitions(self) -> list[PartitionState]: ...

    def gaps(self) -> list[Gap]: ...

    def dropped_through(self) -> int:
        """The position up to which records were forgotten, of the partition where it is greatest; 0 when none were."""
        ...


@dataclass(slots=True)
class Counters:
    """The newest counter of each value type of one partition."""

    partition_id: int
    newest: dict[str, int] = field(default_factory=dict)

    def follow(self, records: Iterable[ExportedRecord]) -> list[Gap]:
        """Count on, and tell where a number was left out."""
        gaps = []
        for exported in records:
            if not exported.counter:
                continue
            value_type = exported.record.value_type
            last = self.newest.get(value_type, 0)
            if exported.counter > last + 1:
                gaps.append(Gap(self.partition_id, value_type, last, exported.counter, exported.position))
            self.newest[value_type] = exported.counter
        return gaps


def by_partition(records: Iterable[ExportedRecord]) -> dict[int, list[ExportedRecord]]:
    """Each partition's records in the order of its log, none of them twice."""
    partitions: dict[int, dict[int, ExportedRecord]] = {}
    for exported in records:
        partitions.setdefault(exported.partition_id, {})[exported.position] = exported
    return {partition_id: [known[position] for position in sorted(known)] for partition_id, known in sorted(partitions.items())}
