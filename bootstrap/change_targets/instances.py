"""Process instances behind the port `ChangeTarget`: moving one, or many, to another version of their process.

A record is a process instance's key; its one field is `process_definition_key`, which may say that elements have other ids in
the other version. A version in which an active element is missing is refused by the engine.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from bootstrap.change_targets.variables import instance_key, sent
from history.queries import NotInHistory, Queries
from services.changes import Json, PlannedRequest, Reading, RecordUnknown, Write, WriteRefused
from services.changes.migrations import FIELD, renames_of
from zeebe.client import ZeebeClient


@dataclass(frozen=True, slots=True)
class InstanceTarget:
    """Keys are texts: they are longer than a browser's numbers."""

    settles_within: ClassVar[float] = 5.0

    queries: Queries
    client: Callable[[], ZeebeClient]

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        return await asyncio.to_thread(self._read, record, fields)

    def _read(self, record: str, fields: Sequence[str]) -> Reading:
        if any(renames_of(name) is None for name in fields):
            raise RecordUnknown(f"of a process instance only {FIELD} can be changed")
        try:
            instance = self.queries.instance(instance_key(record))
        except NotInHistory as error:
            raise RecordUnknown(f"there is no process instance {record}") from error
        if instance.ended_at is not None:
            raise RecordUnknown(f"process instance {record} has ended")
        label = f"{instance.process_name or instance.bpmn_process_id} {record}"
        return Reading(dict.fromkeys(fields, str(instance.process_definition_key)), label=label)

    def render(self, write: Write) -> PlannedRequest:
        plan = {"targetProcessDefinitionKey": write.after, "mapping": self._mapping(write)}
        return PlannedRequest("gRPC", "gateway_protocol.Gateway/MigrateProcessInstance", {}, {"key": write.record, **plan})

    async def apply(self, write: Write) -> None:
        target = write.after
        if not isinstance(target, str) or not target.isascii() or not target.isdigit() or len(target) > 19:
            raise WriteRefused(f"{FIELD} is the key of a process definition")
        mapping = await asyncio.to_thread(self._mapping, write)
        await sent(self.client().migrate_process_instance(instance_key(write.record), int(target), mapping))

    def _mapping(self, write: Write) -> dict[str, Json]:
        renames, key = renames_of(write.field) or {}, instance_key(write.record)
        return {each: renames.get(each, each) for each in self.queries.active_elements([key])[key]}
