"""The record log: what happened, in Zeebe's own words.

Each record is formatted once, when it happens, into the JSON line that readers get. Positions are issued here. A command from
outside takes a position as well but is not kept: it is the source that its records name, and a reader sees a gap, as with a
cluster whose exporter leaves commands out.

Source: Zeebe 8.5 documentation, "Exporters"; the shape of each value type was read off the records of a running 8.5 engine.
"""

from typing import Final

import msgspec

from engine.processing.commands import DEFAULT_TENANT

BROKER_VERSION: Final = "8.5.25"
# Of commands alone does Zeebe write down for whom they were allowed to be.
_TAIL: Final = ',"authorizations":{"authorized_tenants":["<default>"]},"sourceRecordPosition":'
_QUOTED_DEFAULT: Final = f'"{DEFAULT_TENANT}"'
# Only these differ from record version 1.
_VERSION_2: Final = frozenset({("DEPLOYMENT", "CREATED"), ("INCIDENT", "RESOLVED"), ("PROCESS_INSTANCE", "ELEMENT_ACTIVATING")})
_encode = msgspec.json.Encoder().encode


def quote(text: str) -> str:
    """A JSON string."""
    return _encode(text).decode()


def to_json(value: object) -> str:
    """JSON text of plain values."""
    return _encode(value).decode()


def quote_tenant(tenant_id: str) -> str:
    """A tenant's id as JSON; nearly always it is the same one."""
    return _QUOTED_DEFAULT if tenant_id == DEFAULT_TENANT else quote(tenant_id)


class RecordLog:
    """The records of the batch that is being made."""

    __slots__ = ("_before", "first_position", "lines", "position", "source", "timestamp")

    def __init__(self, last_position: int) -> None:
        self.position = last_position
        self.first_position = last_position + 1
        self.source = -1
        # The source before this one.
        self._before = -1
        self.timestamp = 0
        self.lines: list[str] = []

    def begin(self, now: int) -> None:
        """A command from outside is about to be processed: the next records name it as their source."""
        self._before = self.source
        self.position += 1
        self.source = self.position
        self.timestamp = now

    def end(self) -> None:
        """The command is processed: one that left no record gives its position back, so that no gap is without a reason."""
        if self.position == self.source:
            self.position -= 1
            self.source = self._before

    def append(self, value_type: str, intent: str, key: int, value: str) -> None:
        """Write down an event; `value` is JSON."""
        self.position = position = self.position + 1
        version = 2 if (value_type, intent) in _VERSION_2 else 1
        self.lines.append(
            f'{{"valueType":"{value_type}","key":{key},"position":{position},"timestamp":{self.timestamp},'
            f'"recordType":"EVENT","intent":"{intent}","partitionId":1,"rejectionType":"NULL_VAL","rejectionReason":"",'
            f'"brokerVersion":"{BROKER_VERSION}","recordVersion":{version},"value":{value}{_TAIL}{self.source}}}'
        )

    def reject(self, value_type: str, intent: str, key: int, value: str, rejection_type: str, reason: str) -> None:
        """Write down that a command was refused; `value` is what the command said."""
        self.position = position = self.position + 1
        self.lines.append(
            f'{{"valueType":"{value_type}","key":{key},"position":{position},"timestamp":{self.timestamp},'
            f'"recordType":"COMMAND_REJECTION","intent":"{intent}","partitionId":1,"rejectionType":"{rejection_type}",'
            f'"rejectionReason":{quote(reason)},"brokerVersion":"{BROKER_VERSION}","recordVersion":1,'
            f'"value":{value}{_TAIL}{self.source}}}'
        )

    def take(self) -> tuple[int, list[str]]:
        """Hand over the lines so far, with the position of the first."""
        first, lines = self.first_position, self.lines
        self.first_position = self.position + 1
        self.lines = []
        return first, lines
