"""Several tenants on one engine at the same time, each with a rig of its own that sees nothing but its tenant.

    shared = SharedEngine(seed=1)
    first, second = shared.play(scenario, "acme", "globex")
    assert first.story() == story_of(the same scenario, played alone)

The tenants take turns, a step each in every round, in an order drawn from the seed: one thread runs at a time, and only ever
hands over at the beginning of a step, so that a seed is the same walk each time.
"""

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from threading import Condition
from typing import Any

from engine.processing import commands as c
from engine.processing.ports import Store
from engine.processing.processor import Processor
from engine.state.memory import MemoryStore
from tests.engine_rig import EngineRig

# Events that do not say whose they are, as Zeebe's do not.
UNNAMED = {
    ("ESCALATION", "ESCALATED"),
    ("ESCALATION", "NOT_ESCALATED"),
    ("JOB_BATCH", "ACTIVATED"),
    ("MESSAGE", "EXPIRED"),
    ("MULTI_INSTANCE", "INPUT_COLLECTION_EVALUATED"),
    ("PROCESS_INSTANCE_BATCH", "ACTIVATED"),
    ("PROCESS_INSTANCE_BATCH", "TERMINATED"),
    ("PROCESS_INSTANCE_MIGRATION", "MIGRATED"),
    ("PROCESS_INSTANCE_MODIFICATION", "MODIFIED"),
    ("RESOURCE_DELETION", "DELETING"),
    ("VARIABLE_DOCUMENT", "UPDATED"),
}
_OWNERS = {"PROCESS_INSTANCE", "MESSAGE"}
_KEY = re.compile(r"\b22517998\d{8}\b")
_PLACES = re.compile(r'"(?:position|sourceRecordPosition)": -?\d+')


class SharedEngine:
    """The engine, and whose turn it is."""

    def __init__(self, seed: int, *, restarts: bool = False, store: Store | None = None) -> None:
        self.store = store if store is not None else MemoryStore()
        self.processor = Processor(self.store)
        self.restarts = restarts
        # Who acted when these records were written, by the position after which they come.
        self.acts: list[tuple[int, str]] = []
        self._random = Random(seed)
        self._players: list[TenantRig] = []
        self._round: list[TenantRig] = []
        self._turn = Condition()

    def play(self, scenario: Callable[[EngineRig], None], *tenant_ids: str) -> "list[TenantRig]":
        """Play a scenario for each tenant, all at once."""
        rigs = [TenantRig(self, tenant_id) for tenant_id in tenant_ids]
        self._players = list(rigs)
        self._draw()
        with ThreadPoolExecutor(len(rigs)) as pool:
            for played in [pool.submit(self._play_one, scenario, rig) for rig in rigs]:
                played.result()
        return rigs

    def _play_one(self, scenario: Callable[[EngineRig], None], rig: "TenantRig") -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._round[0] is rig)
        try:
            scenario(rig)
        finally:
            with self._turn:
                self._players.remove(rig)
                self._pass_on()

    def step(self, rig: "TenantRig") -> None:
        """Let the others go first, and come back when it is this one's turn again."""
        with self._turn:
            self._pass_on()
            self._turn.wait_for(lambda: self._round[0] is rig)

    def _pass_on(self) -> None:
        self._round.pop(0)
        if not self._round:
            self._draw()
        self._turn.notify_all()

    def _draw(self) -> None:
        self._round = self._random.sample(self._players, len(self._players))


class TenantRig(EngineRig):
    """The rig of one of the tenants."""

    def __init__(self, shared: SharedEngine, tenant_id: str) -> None:
        self._shared = shared
        super().__init__(shared.store, restarts=shared.restarts, tenant_id=tenant_id)
        self.job_tenants = (tenant_id,)

    @property
    def processor(self) -> Processor:
        return self._shared.processor

    @processor.setter
    def processor(self, processor: Processor) -> None:
        self._shared.processor = processor

    def do(self, command: c.Command) -> Any:
        with self._acting():
            return super().do(command)

    def advance(self, seconds: float) -> None:
        with self._acting():
            super().advance(seconds)

    @contextmanager
    def _acting(self) -> Iterator[None]:
        self._shared.step(self)
        self._shared.acts.append((self.processor.engine.log.position, self.tenant_id))
        yield

    @property
    def records(self) -> list[dict[str, Any]]:
        every = super().records
        owners = {
            record["key"]: record["value"]["tenantId"]
            for record in every
            if record["valueType"] in _OWNERS and (record["valueType"], record["intent"]) not in UNNAMED
        }
        return [record for record in every if self._whose(record, owners) == self.tenant_id]

    def _whose(self, record: dict[str, Any], owners: dict[int, str]) -> str:
        """Whose a record is: it says so itself, or what it is about does, or it belongs to who acted then."""
        if record["recordType"] == "EVENT" and (record["valueType"], record["intent"]) not in UNNAMED:
            return str(record["value"]["tenantId"])
        about = record["value"].get("processInstanceKey", record["key"])
        if about in owners:
            return owners[about]
        return [tenant_id for position, tenant_id in self._shared.acts if position < record["position"]][-1]


def story_alone(scenario: Callable[[EngineRig], None], tenant_id: str) -> list[str]:
    """What a scenario tells of a tenant that has an engine to itself."""
    rig = EngineRig(tenant_id=tenant_id)
    rig.job_tenants = (tenant_id,)
    scenario(rig)
    return story(rig)


def story(rig: EngineRig) -> list[str]:
    """What the records of a tenant tell, whatever keys and positions they bear and whatever it is called."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"1{len(numbers):04}")

    lines = (_PLACES.sub("", json.dumps(record)) for record in rig.records)
    return [_KEY.sub(number, line).replace(f'"{rig.tenant_id}"', '"whoever"') for line in lines]
