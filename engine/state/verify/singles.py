"""Rows that stand for themselves: what is deployed, messages that wait, subscriptions and timers of start events."""

from base64 import b64encode
from hashlib import md5

from engine.processing.catalog import Catalog
from engine.processing.entities import (
    CorrelationLock,
    DeployedDecision,
    DeployedResource,
    Entity,
    Kind,
    Message,
    MessageId,
    SignalSubscription,
    StartSubscription,
    Timer,
)
from engine.processing.ports import Row
from engine.state.verify.instances import read
from engine.state.verify.report import REPORT, RESTORE, Verification


class Singles:
    """Checks one row after the other; what refers to an instance is compared when all are known."""

    def __init__(self, result: Verification, catalog: Catalog) -> None:
        self._result = result
        self._catalog = catalog
        self.timers: set[int] = set()
        # Instance -> where it is spoken of.
        self._locks: dict[int, str] = {}
        self._messages: set[int] = set()
        self._message_ids: set[int] = set()

    def check(self, row: Row) -> None:
        """Look at one row."""
        kind = Kind(row.kind).name.lower().replace("_", " ") if row.kind in Kind else f"kind {row.kind}"
        where = f"{kind} {row.key}"
        entity = read(self._result, kind, row)
        match entity:
            case DeployedResource():
                self._check_resource(where, entity)
            case DeployedDecision() if (
                not entity.is_deleted and self._catalog.requirements.get(entity.requirements_key) is None
            ):
                what = f"its requirements graph {entity.requirements_key} is not deployed"
                self._result.found("decisions without graph", where, what, RESTORE)
            case Message():
                self._messages.add(row.key)
            case MessageId():
                self._message_ids.add(-row.key)
            case CorrelationLock():
                self._locks[entity.process_instance_key] = where
            case _:
                self._check_start(where, entity)

    def _check_resource(self, where: str, resource: DeployedResource) -> None:
        digest = b64encode(md5(resource.content, usedforsecurity=False).digest()).decode()
        if not resource.is_deleted and resource.checksum != digest:
            what = f"{resource.resource_name} is not what was deployed: its checksum is {digest}, not {resource.checksum}"
            self._result.found("changed resources", where, what, RESTORE)

    def _check_start(self, where: str, entity: Entity | None) -> None:
        if not isinstance(entity, StartSubscription | SignalSubscription | Timer):
            return
        if isinstance(entity, Timer):
            self.timers.add(entity.key)
        if self._catalog.processes.get(entity.definition_key) is None:
            what = f"its process {entity.definition_key} is not deployed"
            self._result.found("start events without process", where, what, REPORT)

    def compare(self, instances: set[int]) -> None:
        """Look at what refers to something else, now that all is known."""
        for key, where in self._locks.items():
            if key not in instances:
                what = f"the process instance {key} it stands for is not there; no other can start by that message"
                self._result.found("orphan correlation locks", where, what, RESTORE)
        for key in self._message_ids - self._messages:
            what = "the message it belongs to is not there; another of that id is refused"
            self._result.found("orphan message ids", f"message id {-key}", what, REPORT)
