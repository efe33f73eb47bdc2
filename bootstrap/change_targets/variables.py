"""Variables of running process instances behind the port `ChangeTarget`: one edit, or the same one of a thousand instances.

A record is a process instance's key, a field one of its own variables. Zeebe takes no condition with a variable, so the value
is compared with the read model just before it is set.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from history.queries import NotInHistory, Queries
from services.changes import EffectUnknown, Json, PlannedRequest, Reading, RecordUnknown, TargetBusy, Write, WriteRefused
from zeebe.client import ZeebeClient
from zeebe.errors import CommandRefused, EngineBusy, NotConnected, NotFound, ZeebeError


@dataclass(frozen=True, slots=True)
class VariableTarget:
    """Setting a variable twice is setting it once, so a second try is harmless where nobody else was there."""

    # The read model follows the engine within a second; it is given more.
    settles_within: ClassVar[float] = 5.0

    queries: Queries
    client: Callable[[], ZeebeClient]

    async def read(self, record: str, fields: Sequence[str]) -> Reading:
        return await asyncio.to_thread(self._read, record, fields)

    def _read(self, record: str, fields: Sequence[str]) -> Reading:
        key = instance_key(record)
        try:
            instance = self.queries.instance(key)
        except NotInHistory as error:
            raise RecordUnknown(f"there is no process instance {record}") from error
        if instance.ended_at is not None:
            raise RecordUnknown(f"process instance {record} has ended")
        held: Mapping[str, Json] = {
            each.name: msgspec.json.decode(each.value)
            for each in self.queries.variables(key, scope_key=key)
            if each.name in fields
        }
        return Reading(
            {name: held.get(name) for name in fields}, label=f"{instance.process_name or instance.bpmn_process_id} {key}"
        )

    def render(self, write: Write) -> PlannedRequest:
        body = {"elementInstanceKey": write.record, "variables": {write.field: write.after}, "local": False}
        return PlannedRequest("gRPC", "gateway_protocol.Gateway/SetVariables", {}, body)

    async def apply(self, write: Write) -> None:
        await sent(self.client().set_variables(instance_key(write.record), {write.field: write.after}))


def instance_key(record: str) -> int:
    """Raises `RecordUnknown` for what is no key."""
    if not record.isascii() or not record.isdigit() or not 0 < int(record[:20]) < 2**63:
        raise RecordUnknown(f"{record[:40]!r} is no process instance's key")
    return int(record)


async def sent(command: Awaitable[object]) -> None:
    """Await an engine's command; its errors in the words of the port."""
    try:
        await command
    except NotFound as error:
        raise RecordUnknown(error.reason) from error
    except (EngineBusy, NotConnected) as error:
        raise TargetBusy(error.reason) from error
    except CommandRefused as error:
        raise WriteRefused(error.reason) from error
    except ZeebeError as error:
        raise EffectUnknown(error.reason) from error
