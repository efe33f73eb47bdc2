"""What has been deployed: versions of processes, decisions and forms, and which of them is the latest.

Content is read and parsed when it is first needed and then shared by all instances.
"""

import msgspec

from engine import dmn
from engine.processing.entities import DeployedDecision, DeployedResource, Kind, StartSubscription
from engine.processing.instances import Definition
from engine.processing.ports import StateReader
from engine.processing.reading import decisions_in, deployed_processes_in

_decode_resource = msgspec.msgpack.Decoder(DeployedResource).decode
_decode_decision = msgspec.msgpack.Decoder(DeployedDecision).decode
_decode_start = msgspec.msgpack.Decoder(StartSubscription).decode


class Versions:
    """All versions of the things of one kind, by key, and each tenant's latest by id."""

    def __init__(self, resources: list[DeployedResource]) -> None:
        self._by_key: dict[int, DeployedResource] = {}
        self._by_id: dict[tuple[str, str], dict[int, DeployedResource]] = {}
        # The highest version ever given out: a deleted one is not given out again.
        self._highest: dict[tuple[str, str], int] = {}
        for resource in sorted(resources, key=lambda resource: resource.key):
            self.add(resource)

    def add(self, resource: DeployedResource) -> None:
        name = (resource.tenant_id, resource.id)
        self._highest[name] = max(self._highest.get(name, 0), resource.version)
        if not resource.is_deleted:
            self._by_key[resource.key] = resource
            self._by_id.setdefault(name, {})[resource.version] = resource

    def remove(self, resource: DeployedResource) -> None:
        del self._by_key[resource.key]
        del self._by_id[resource.tenant_id, resource.id][resource.version]

    def get(self, key: int) -> DeployedResource | None:
        return self._by_key.get(key)

    def of_tenant(self, tenant_id: str, key: int) -> DeployedResource | None:
        """What is deployed under a key, where it is the tenant's: another's is not there."""
        resource = self._by_key.get(key)
        return None if resource is None or resource.tenant_id != tenant_id else resource

    def latest(self, tenant_id: str, resource_id: str) -> DeployedResource | None:
        versions = self._by_id.get((tenant_id, resource_id))
        return versions[max(versions)] if versions else None

    def version(self, tenant_id: str, resource_id: str, version: int) -> DeployedResource | None:
        return self._by_id.get((tenant_id, resource_id), {}).get(version)

    def next_version(self, tenant_id: str, resource_id: str) -> int:
        """One after the highest ever given out."""
        return self._highest.get((tenant_id, resource_id), 0) + 1

    def version_after_latest(self, tenant_id: str, resource_id: str) -> int:
        """One after the highest that is still there: only of processes is it remembered what was deleted."""
        latest = self.latest(tenant_id, resource_id)
        return 1 if latest is None else latest.version + 1


class Catalog:
    """Deployed processes, decisions and forms, and the subscriptions of processes that messages start."""

    def __init__(self, store: StateReader) -> None:
        def resources(kind: Kind) -> list[DeployedResource]:
            return [_decode_resource(row.body) for row in store.owned(-kind)]

        self.processes = Versions(resources(Kind.PROCESS))
        self.requirements = Versions(resources(Kind.REQUIREMENTS))
        self.forms = Versions(resources(Kind.FORM))
        self.decisions: dict[int, DeployedDecision] = {}
        self._latest_decision: dict[tuple[str, str], DeployedDecision] = {}
        for row in store.owned(-Kind.DECISION):
            self.add_decision(_decode_decision(row.body))
        self.start_subscriptions: dict[int, StartSubscription] = {
            row.key: _decode_start(row.body) for row in store.owned(-Kind.START_SUBSCRIPTION)
        }
        self._definitions: dict[int, Definition] = {}
        self._models: dict[int, dmn.DecisionModel] = {}

    def process(self, key: int) -> Definition:
        """A deployed process, executable."""
        definition = self._definitions.get(key)
        if definition is None:
            resource = self.processes.get(key)
            if resource is None:
                raise LookupError(f"no process is deployed under the key {key}")
            models = deployed_processes_in(resource.content, resource.resource_name)
            model = next(model for model in models if model.bpmn_process_id == resource.id)
            definition = self._definitions[key] = Definition(key, resource.version, model, resource.tenant_id)
        return definition

    def add_definition(self, definition: Definition) -> None:
        self._definitions[definition.key] = definition

    def add_decision(self, decision: DeployedDecision) -> None:
        if decision.is_deleted:
            return
        self.decisions[decision.key] = decision
        name = (decision.tenant_id, decision.id)
        latest = self._latest_decision.get(name)
        if latest is None or latest.version < decision.version:
            self._latest_decision[name] = decision

    def remove_decision(self, decision: DeployedDecision) -> None:
        """A decision was deleted; the version before it is the latest again."""
        del self.decisions[decision.key]
        name = (decision.tenant_id, decision.id)
        if self._latest_decision.get(name) is decision:
            del self._latest_decision[name]
            for other in self.decisions.values():
                if (other.tenant_id, other.id) == name:
                    self.add_decision(other)

    def next_decision_version(self, tenant_id: str, decision_id: str) -> int:
        latest = self._latest_decision.get((tenant_id, decision_id))
        return 1 if latest is None else latest.version + 1

    def latest_decision(self, tenant_id: str, decision_id: str) -> DeployedDecision | None:
        return self._latest_decision.get((tenant_id, decision_id))

    def model(self, requirements_key: int) -> "dmn.DecisionModel":
        """A deployed decision requirements graph, executable."""
        model = self._models.get(requirements_key)
        if model is None:
            resource = self.requirements.get(requirements_key)
            if resource is None:
                raise LookupError(f"no decision requirements graph is deployed under the key {requirements_key}")
            model = self._models[requirements_key] = decisions_in(resource.content, resource.resource_name)
        return model
