"""A record log that ends with its process: for playing scenarios, and for tests."""

import threading
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from zeebe.exporter_sink.bulk import ExportedRecord
from zeebe.exporter_sink.log import Appended, Counters, Gap, PartitionState, by_partition
from zeebe.records import Record


class _Partition:
    def __init__(self, partition_id: int) -> None:
        self.positions: list[int] = []
        self.records: list[Record] = []
        self.counters = Counters(partition_id)
        self.received_at = 0

    @property
    def position(self) -> int:
        return self.positions[-1] if self.positions else -1


class MemoryRecordLog:
    """Safe to append to from several threads."""

    def __init__(self) -> None:
        self._partitions: dict[int, _Partition] = {}
        self._gaps: list[Gap] = []
        self._lock = threading.Lock()

    def append(self, records: Sequence[ExportedRecord]) -> Appended:
        with self._lock:
            fresh = 0
            found: list[Gap] = []
            for partition_id, exported in by_partition(records).items():
                partition = self._partitions.setdefault(partition_id, _Partition(partition_id))
                new = [each for each in exported if each.position > partition.position]
                partition.positions += [each.position for each in new]
                partition.records += [each.record for each in new]
                partition.received_at = time.time_ns() // 1_000_000
                found += partition.counters.follow(new)
                fresh += len(new)
            self._gaps += found
            return Appended(fresh, len(records) - fresh, tuple(found))

    def read(self, after: Mapping[int, int], *, limit: int = 5_000) -> list[Record]:
        with self._lock:
            read: list[Record] = []
            for partition_id, partition in sorted(self._partitions.items()):
                start = bisect_right(partition.positions, after.get(partition_id, -1))
                read += partition.records[start : start + max(1, limit // len(self._partitions))]
            return read

    def partitions(self) -> list[PartitionState]:
        with self._lock:
            return [
                PartitionState(partition_id, each.position, each.records[-1].timestamp, each.received_at, len(each.records))
                for partition_id, each in sorted(self._partitions.items())
                if each.records
            ]

    def gaps(self) -> list[Gap]:
        with self._lock:
            return list(self._gaps)

    def dropped_through(self) -> int:
        return 0
