"""The engine for tests: no disk, no sockets, a clock that stands still, and records as they would be read.

rig = EngineRig()
rig.deploy(process("p").start().service_task("work").end())
rig.create("p", {"amount": 1})
rig.complete_jobs("work", {"done": True})
assert rig.path() == [...]
"""

import json
from collections.abc import Mapping
from typing import Any

from engine.processing import commands as c
from engine.processing.ports import Store
from engine.processing.processor import Processor
from engine.state.memory import MemoryStore
from tests.bpmn_builder import ProcessBuilder

START_OF_TIME = 1_767_225_600_000


class EngineRig:
    """A processor over a store; with `restarts` it is thrown away and rebuilt from the store after each step."""

    def __init__(self, store: Store | None = None, *, restarts: bool = False, tenant_id: str = c.DEFAULT_TENANT) -> None:
        self.store = store if store is not None else MemoryStore()
        self.restarts = restarts
        # Whose commands are given, and whose jobs are fetched; none named: everybody's.
        self.tenant_id = tenant_id
        self.job_tenants: tuple[str, ...] = () if tenant_id == c.DEFAULT_TENANT else (tenant_id,)
        self.now = START_OF_TIME
        self.processor = Processor(self.store)

    # Steps

    def do(self, command: c.Command) -> Any:
        try:
            return self.processor.process(command, self.now)
        finally:
            self.settle()

    def settle(self) -> None:
        """Do all that is left or due, and commit it."""
        while self.processor.work(self.now):
            pass
        self.commit()

    def commit(self) -> None:
        batch = self.processor.begin_commit()
        if batch:
            self.store.write(batch)
            self.store.commit(batch)
        self.processor.end_commit()
        if self.restarts:
            self.restart()

    def restart(self) -> None:
        self.processor = Processor(self.store)

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * 1000)
        self.settle()

    # Commands

    def deploy(self, *processes: ProcessBuilder) -> c.ResourceDeployed:
        return self.deploy_files(*((f"{entry.process_id}.bpmn", entry.xml()) for entry in processes))

    def deploy_files(self, *files: tuple[str, bytes]) -> c.ResourceDeployed:
        answer: c.ResourceDeployed = self.do(c.DeployResource(tuple(c.Resource(*file) for file in files), self.tenant_id))
        return answer

    def create(self, process_id: str, variables: Mapping[str, Any] | None = None, **rest: Any) -> int:
        command = c.CreateProcessInstance(process_id, variables=variables or {}, tenant_id=self.tenant_id, **rest)
        return int(self.do(command).process_instance_key)

    def activate(self, job_type: str, count: int = 100, timeout: int = 60_000) -> tuple[c.ActivatedJob, ...]:
        command = c.ActivateJobs(job_type, "worker", timeout, count, tenant_ids=self.job_tenants)
        jobs: tuple[c.ActivatedJob, ...] = self.do(command).jobs
        return jobs

    def complete_jobs(self, job_type: str, variables: Mapping[str, Any] | None = None) -> int:
        jobs = self.activate(job_type)
        for job in jobs:
            self.do(c.CompleteJob(job.key, variables or {}))
        return len(jobs)

    def publish(
        self, name: str, key: str, variables: Mapping[str, Any] | None = None, ttl: int = 0, message_id: str = ""
    ) -> None:
        self.do(c.PublishMessage(name, key, ttl, message_id, variables or {}, self.tenant_id))

    def broadcast(self, name: str, variables: Mapping[str, Any] | None = None) -> None:
        self.do(c.BroadcastSignal(name, variables or {}, self.tenant_id))

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> c.DecisionEvaluated:
        answer: c.DecisionEvaluated = self.do(c.EvaluateDecision(decision_id, 0, variables, self.tenant_id))
        return answer

    # Reading

    @property
    def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        position = -1
        while (chunk := self.store.records(position)) is not None:
            found += [json.loads(line) for line in chunk.lines.splitlines()]
            position = chunk.last_position
        return found

    def of(self, value_type: str, intent: str = "") -> list[dict[str, Any]]:
        return [entry for entry in self.records if entry["valueType"] == value_type and intent in {"", entry["intent"]}]

    def path(self, *intents: str) -> list[str]:
        """What happened to elements, as `element.INTENT`, events only; all intents or those named."""
        return [
            f"{entry['value']['elementId']}.{entry['intent'].removeprefix('ELEMENT_')}"
            for entry in self.of("PROCESS_INSTANCE")
            if entry["recordType"] == "EVENT" and (not intents or entry["intent"].removeprefix("ELEMENT_") in intents)
        ]

    def completed(self) -> list[str]:
        return [entry.partition(".")[0] for entry in self.path("COMPLETED")]

    def variables(self, scope_key: int) -> dict[str, Any]:
        """The variables of a scope, as the records left them."""
        return {
            entry["value"]["name"]: json.loads(entry["value"]["value"])
            for entry in self.of("VARIABLE")
            if entry["value"]["scopeKey"] == scope_key
        }

    def key_of(self, element_id: str) -> int:
        return int([entry["key"] for entry in self.of("PROCESS_INSTANCE") if entry["value"]["elementId"] == element_id][-1])

    def incident(self) -> dict[str, Any]:
        return self.of("INCIDENT", "CREATED")[-1]

    def rejection(self) -> tuple[str, str]:
        refused = [entry for entry in self.records if entry["recordType"] == "COMMAND_REJECTION"][-1]
        return refused["rejectionType"], refused["rejectionReason"]

    @property
    def stored_rows(self) -> int:
        """Rows that stand for running things; definitions do not count."""
        assert isinstance(self.store, MemoryStore)
        return sum(1 for row in self.store._rows.values() if row.owner > 0)
