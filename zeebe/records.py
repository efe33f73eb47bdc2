"""What an engine tells: Zeebe records, as they travel the record stream.

One JSON object a line, in the order of the log. A record's value keeps Zeebe's own field names and is a plain mapping: its
shape depends on the value type, and a reader takes what it knows and ignores the rest, so a newer engine breaks nobody.

Source: Zeebe 8.5 documentation, "Exporters"; the JSON form was recorded from a real engine.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import msgspec


class RecordType(StrEnum):
    EVENT = "EVENT"
    COMMAND = "COMMAND"
    COMMAND_REJECTION = "COMMAND_REJECTION"


class ValueType(StrEnum):
    """The value types that an engine of Zeebe 8.5 writes; `Record.value_type` may also hold a newer one."""

    COMPENSATION_SUBSCRIPTION = "COMPENSATION_SUBSCRIPTION"
    DECISION = "DECISION"
    DECISION_EVALUATION = "DECISION_EVALUATION"
    DECISION_REQUIREMENTS = "DECISION_REQUIREMENTS"
    DEPLOYMENT = "DEPLOYMENT"
    ERROR = "ERROR"
    ESCALATION = "ESCALATION"
    FORM = "FORM"
    INCIDENT = "INCIDENT"
    JOB = "JOB"
    JOB_BATCH = "JOB_BATCH"
    MESSAGE = "MESSAGE"
    MESSAGE_START_EVENT_SUBSCRIPTION = "MESSAGE_START_EVENT_SUBSCRIPTION"
    MESSAGE_SUBSCRIPTION = "MESSAGE_SUBSCRIPTION"
    MULTI_INSTANCE = "MULTI_INSTANCE"
    PROCESS = "PROCESS"
    PROCESS_EVENT = "PROCESS_EVENT"
    PROCESS_INSTANCE = "PROCESS_INSTANCE"
    PROCESS_INSTANCE_BATCH = "PROCESS_INSTANCE_BATCH"
    PROCESS_INSTANCE_CREATION = "PROCESS_INSTANCE_CREATION"
    PROCESS_INSTANCE_MIGRATION = "PROCESS_INSTANCE_MIGRATION"
    PROCESS_INSTANCE_MODIFICATION = "PROCESS_INSTANCE_MODIFICATION"
    PROCESS_INSTANCE_RESULT = "PROCESS_INSTANCE_RESULT"
    PROCESS_MESSAGE_SUBSCRIPTION = "PROCESS_MESSAGE_SUBSCRIPTION"
    RESOURCE_DELETION = "RESOURCE_DELETION"
    SIGNAL = "SIGNAL"
    SIGNAL_SUBSCRIPTION = "SIGNAL_SUBSCRIPTION"
    TIMER = "TIMER"
    USER_TASK = "USER_TASK"
    VARIABLE = "VARIABLE"
    VARIABLE_DOCUMENT = "VARIABLE_DOCUMENT"


class RecordMalformed(Exception):
    """A line of the stream is not a record; says which one and why."""


class Record(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One entry of the log; `position` grows within a partition and never repeats there."""

    position: int
    value_type: str
    intent: str
    key: int
    timestamp: int
    record_type: str
    value: dict[str, Any]
    partition_id: int = 1
    source_record_position: int = -1
    rejection_type: str = "NULL_VAL"
    rejection_reason: str = ""
    broker_version: str = ""

    @property
    def is_event(self) -> bool:
        """Events say what happened; commands were asked and rejections refused."""
        return self.record_type == "EVENT"


class UnreadRecord(Record, frozen=True, rename="camel", kw_only=True):
    """A record whose value is still the text it came as: half of a log's values are nobody's business."""

    value: msgspec.Raw  # type: ignore[assignment]  # who reads such records reads their values by type


_decoder = msgspec.json.Decoder(Record)
_unread_decoder = msgspec.json.Decoder(UnreadRecord)
_encoder = msgspec.json.Encoder()


def decode_line(line: bytes) -> Record:
    """The record in one line of JSON.

    Raises:
        RecordMalformed: the line is no JSON, or not a record.
    """
    return _decoded(_decoder, line)


def decode_lines(lines: bytes) -> list[Record]:
    """The records in newline-delimited JSON; empty lines are skipped.

    Raises:
        RecordMalformed: names the first line that is no record.
    """
    return [_decoded(_decoder, line) for line in lines.split(b"\n") if line.strip()]


def decode_unread(lines: bytes) -> list[Record]:
    """The same as `UnreadRecord`s: whoever wants a value reads it.

    Raises:
        RecordMalformed: names the first line that is no record, whatever its value.
    """
    return [_decoded(_unread_decoder, line) for line in lines.split(b"\n") if line.strip()]


def _decoded[Each: Record](decoder: msgspec.json.Decoder[Each], line: bytes) -> Each:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RecordMalformed(f"not a record: {error}, in {line[:120]!r}") from error


def encode_lines(records: Iterable[Record]) -> bytes:
    """Newline-delimited JSON that `decode_lines` reads back."""
    return b"".join(_encoder.encode(record) + b"\n" for record in records)


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines out of chunks cut anywhere; an unfinished last line is left out."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
