"""Where a test case is played on a real Zeebe broker: one for all cases, its clock standing still, each case alone on it.

A broker does not tell when it rests, so a marker is asked for: a message that nobody waits for is in the record stream after
everything that was commanded before. Where nothing but markers came for a while, nothing is left to do. At the end of a case
its instances are cancelled, its messages expire and its resources are deleted, so the next one finds nothing of it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import override

import httpx

from cli.scenarios.stage import REST_SECONDS, NeverAtRest, Stage
from zeebe.answers import Resource
from zeebe.client import ZeebeClient
from zeebe.errors import NotFound
from zeebe.exporter_sink import MemoryRecordLog
from zeebe.local_broker import Ports
from zeebe.records import Record

PARTITION = 1
_MARKER = "penstock-marker"
_WARM_SECONDS = 60
_LOOK_SECONDS = 0.005
# A broker on a busy machine takes its time over what the embedded gateway does at once; that says nothing of a process.
_REST_SECONDS = 3 * REST_SECONDS
_ANSWER_SECONDS = 60
# Timers that are due after a move of the clock come by themselves: the broker looks for them a moment later, 8.6 and a busy
# machine later still.
_QUIET_SECONDS = 0.06
_QUIET_AFTER_TIME_SECONDS = 2.0
_QUIET_WHILE_CLEARING_SECONDS = 0.4
# A timer that is due when it is made waits for the broker's next look, which a clock that stands still never comes to.
_NUDGE_MS = 200
_MOST_NUDGES = 10
# What a broker tries again, a bulk for the exporter's sink or a request to itself, it does when its clock has come to a moment.
_SILENT_SECONDS = 3.0
_HELP_SECONDS = 1.0
# What a few of them may add up to: moments that are less apart are compared as one.
NUDGED_MS = 10_000
# The broker looks for expired messages this often, at its own clock.
MESSAGE_CHECK_MS = 1_000
_ENDED = {"ELEMENT_COMPLETED", "ELEMENT_TERMINATED"}
# Cancelling starts compensation of nobody; a message or timer start may begin new instances a few times.
_MOST_ROUNDS = 20


class BrokerSilent(Exception):
    """The broker took a command, and its records did not come."""


class NotCleared(Exception):
    """What a case left on the broker could not be taken away; the next one cannot be played there."""


@dataclass(slots=True)
class _Times:
    """Where a broker's clock stands, the latest moment it has stood at, and how often it was moved to let timers happen."""

    now: int = 0
    latest: int = 0
    nudges: int = 0


@dataclass(slots=True, kw_only=True)
class ClusterStage(Stage):
    """A client, the management port, and the record log that the broker's exporter fills."""

    management: httpx.AsyncClient
    log: MemoryRecordLog
    times: _Times = field(default_factory=_Times)
    position: int = -1
    quiet_seconds: float = _QUIET_SECONDS
    silent_seconds: float = _SILENT_SECONDS
    heard_at: float = field(default_factory=time.monotonic)
    markers: int = 0

    @override
    async def rest(self) -> bool:
        deadline = time.monotonic() + _REST_SECONDS
        quiet_since = time.monotonic()
        happened, nudges = False, 0
        while True:
            came = await self._until_marker()
            if came and time.monotonic() > deadline:
                raise NeverAtRest(_REST_SECONDS)
            if came:
                happened = True
                quiet_since = time.monotonic()
                self.records += came
                self.seen.take(came)
            elif time.monotonic() - quiet_since >= self.quiet_seconds:
                # Who was quiet for a while turns in no circle.
                deadline = time.monotonic() + _REST_SECONDS
                if _is_timer_due(self.records, self.times.now) and nudges < _MOST_NUDGES:
                    nudges += 1
                    self.times.nudges += 1
                    await self.add_time(_NUDGE_MS)
                    quiet_since = time.monotonic()
                    continue
                self.quiet_seconds = _QUIET_SECONDS
                return happened

    async def _until_marker(self) -> list[Record]:
        """What else came before a new marker.

        Raises:
            BrokerSilent: the marker itself did not come.
        """
        deadline = time.monotonic() + _ANSWER_SECONDS
        self.markers += 1
        name = f"{_MARKER}-{self.markers}-{time.monotonic_ns()}"
        await self.client.publish_message(name, "", time_to_live_ms=0)
        came: list[Record] = []
        while True:
            for record in self.log.read({PARTITION: self.position}):
                self.position = record.position
                if not _is_marker(record):
                    came.append(record)
                elif record.value["name"] == name and record.intent == "EXPIRED":
                    self.heard_at = time.monotonic()
                    return came
            if time.monotonic() > deadline:
                raise BrokerSilent(f"the broker sent no record of a message within {_ANSWER_SECONDS} s: is it overloaded?")
            await asyncio.sleep(_LOOK_SECONDS)

    @override
    async def add_time(self, milliseconds: int) -> None:
        self._moved(
            await self.management.post("/actuator/clock/add", json={"offsetMilli": milliseconds}),
        )

    @override
    async def pin_time(self, epoch_milliseconds: int) -> None:
        self._moved(
            await self.management.post("/actuator/clock/pin", json={"epochMilli": epoch_milliseconds}),
        )

    @asynccontextmanager
    async def helped_on(self) -> AsyncIterator[None]:
        """While the block runs, move the clock a little where nothing was heard for a while: what is stuck is tried again."""
        helping = asyncio.create_task(self._help_on())
        try:
            yield
        finally:
            helping.cancel()
            with suppress(asyncio.CancelledError):
                await helping

    async def _help_on(self) -> None:
        while True:
            await asyncio.sleep(min(self.silent_seconds, _HELP_SECONDS))
            if time.monotonic() - self.heard_at > self.silent_seconds:
                self.times.nudges += 1
                with suppress(httpx.HTTPError):
                    await self.add_time(_NUDGE_MS)

    def _moved(self, answer: httpx.Response) -> None:
        self.quiet_seconds = _QUIET_AFTER_TIME_SECONDS
        self.times.now = int(answer.raise_for_status().json()["epochMilli"])
        self.times.latest = max(self.times.latest, self.times.now)

    async def clear(self) -> None:
        """Take away what the case left: instances, then messages, then resources."""
        # The broker looks for expired messages at moments it set before: a clock that went back must first come up to them.
        await self.pin_time(self.times.latest)
        for _round in range(_MOST_ROUNDS):
            self.quiet_seconds = min(self.quiet_seconds, _QUIET_WHILE_CLEARING_SECONDS)
            try:
                await self.rest()
            except NeverAtRest as restless:
                raise NotCleared(f"what a case left on the broker does not end: {restless}") from restless
            roots, messages = _running(self.records), _buffered(self.records)
            if not roots and not messages:
                break
            for key in roots:
                await self._without_missing(self.client.cancel_process_instance(key))
            if messages and not roots:
                await self.add_time(max(messages) + 2 * MESSAGE_CHECK_MS)
        else:
            raise NotCleared(f"instances {_running(self.records)[:5]} or messages are still there")
        for key in _resources(self.records):
            await self._without_missing(self.client.delete_resource(key))
        await self.rest()

    @staticmethod
    async def _without_missing(command: object) -> None:
        try:
            await command  # type: ignore[misc]  # a coroutine of the client
        except NotFound:
            return


@dataclass(frozen=True, slots=True)
class BrokerStages:
    """Makes stages on a running broker with a controlled clock, one at a time."""

    ports: Ports
    log: MemoryRecordLog
    times: _Times = field(default_factory=_Times)

    async def warm(self) -> None:
        """Wait until the broker takes commands and sends records; a clock that stands still before would hold up its start."""
        async with ZeebeClient(self.ports.grpc_address, self.ports.rest_url) as client:
            await client.topology()
            await client.publish_message(_MARKER, "", time_to_live_ms=0)
        async with asyncio.timeout(_WARM_SECONDS):
            while not self.log.partitions():  # noqa: ASYNC110 -- the sink's threads fill it
                await asyncio.sleep(_LOOK_SECONDS)

    @asynccontextmanager
    async def stage(self, resources: Sequence[Resource], at: int) -> AsyncIterator[Stage]:
        """The broker with these files deployed at a moment; it is cleared afterwards."""
        async with (
            ZeebeClient(self.ports.grpc_address, self.ports.rest_url) as client,
            httpx.AsyncClient(base_url=self.ports.management_url, timeout=REST_SECONDS * 3, trust_env=False) as management,
        ):
            last = max((each.position for each in self.log.partitions()), default=-1)
            here = ClusterStage(client, management=management, log=self.log, times=self.times, position=last)
            async with here.helped_on():
                await here.pin_time(at)
                # Nothing is there that could be due.
                here.quiet_seconds = _QUIET_SECONDS
                await here.rest()
                here.records.clear()
                if resources:
                    await client.deploy_resources(resources)
                try:
                    yield here
                finally:
                    played = list(here.records)
                    await here.clear()
                    here.records[:] = played


def _is_marker(record: Record) -> bool:
    return record.value_type == "MESSAGE" and str(record.value.get("name", "")).startswith(_MARKER)


def _running(records: Sequence[Record]) -> list[int]:
    """Process instances that nobody called and that have not ended."""
    running: dict[int, None] = {}
    for record in records:
        value = record.value
        if record.value_type != "PROCESS_INSTANCE" or record.key != value["processInstanceKey"]:
            continue
        if record.intent in _ENDED:
            running.pop(record.key, None)
        elif value.get("parentProcessInstanceKey", -1) < 0:
            running[record.key] = None
    return list(running)


def _is_timer_due(records: Sequence[Record], now: int) -> bool:
    """Whether a timer should have happened by now."""
    due: dict[int, int] = {}
    for record in records:
        if record.value_type == "TIMER" and record.intent == "CREATED":
            due[record.key] = int(record.value["dueDate"])
        elif record.value_type == "TIMER" and record.intent in {"TRIGGERED", "CANCELED"}:
            due.pop(record.key, None)
    return any(moment <= now for moment in due.values())


def _buffered(records: Sequence[Record]) -> list[int]:
    """How long each message that still waits is kept, in milliseconds."""
    waiting: dict[int, int] = {}
    for record in records:
        if record.value_type == "MESSAGE" and record.intent == "PUBLISHED":
            waiting[record.key] = int(record.value["timeToLive"])
        elif record.value_type == "MESSAGE" and record.intent == "EXPIRED":
            waiting.pop(record.key, None)
    return list(waiting.values())


def _resources(records: Sequence[Record]) -> list[int]:
    """Keys of what was deployed, newest first."""
    keys: dict[int, None] = {}
    for record in records:
        if record.intent != "CREATED":
            continue
        if record.value_type == "PROCESS":
            keys[record.value["processDefinitionKey"]] = None
        elif record.value_type == "DECISION_REQUIREMENTS":
            keys[record.value["decisionRequirementsKey"]] = None
        elif record.value_type == "FORM":
            keys[record.value["formKey"]] = None
    return list(reversed(keys))
