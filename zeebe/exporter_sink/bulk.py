"""The exporter's bulk request: lines in pairs, what to do and the record to do it with.

Everything in it is checked before anything is stored: a body is taken as a whole or refused as a whole, with the line that is
wrong.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from zeebe.records import Record

# Zeebe's "sequence" holds the partition above and a counter per value type below this bit.
_COUNTER_BITS = 51
_LARGEST = 2**63 - 1


class BulkRefused(Exception):
    """A body is no bulk request of records; says which line is wrong and why."""


class _Exported(Record, frozen=True, kw_only=True, rename="camel"):
    sequence: int = -1


class _Action(msgspec.Struct):
    index: dict[str, Any] | None = None
    create: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record and the line it came in."""

    record: Record
    line: bytes
    # Counts the exported records of this partition and value type from 1; 0 where the exporter does not count.
    counter: int

    @property
    def partition_id(self) -> int:
        return self.record.partition_id

    @property
    def position(self) -> int:
        return self.record.position


_actions = msgspec.json.Decoder(_Action)
_records = msgspec.json.Decoder(_Exported)


def read_bulk(body: bytes) -> list[ExportedRecord]:
    """The records of a bulk request, as they came.

    Raises:
        BulkRefused: a line is not what the exporter writes.
    """
    lines = _lines(body)
    records = []
    for number, action in lines:
        _check_action(number, action)
        following = next(lines, None)
        if following is None:
            raise BulkRefused(f"line {number}: no record follows")
        records.append(_record(*following))
    return records


def _lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(body.split(b"\n"), 1):
        if line:
            yield number, line


def _check_action(number: int, line: bytes) -> None:
    try:
        action = _actions.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BulkRefused(f"line {number}: not an action of a bulk request: {error}") from error
    if action.index is None and action.create is None:
        raise BulkRefused(f"line {number}: only index and create are taken")


def _record(number: int, line: bytes) -> ExportedRecord:
    try:
        record = _records.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BulkRefused(f"line {number}: not a record: {error}") from error
    if record.partition_id < 1 or not 0 <= record.position <= _LARGEST or not 0 <= record.timestamp <= _LARGEST:
        raise BulkRefused(f"line {number}: partition, position or timestamp is out of range")
    counter = record.sequence & ((1 << _COUNTER_BITS) - 1) if record.sequence > 0 else 0
    return ExportedRecord(record, line, counter)


def accepted(count: int) -> bytes:
    """What Elasticsearch answers when all went well."""
    return json.dumps({"took": 0, "errors": False, "items": [{"index": {"status": 201}}] * count}).encode()
