"""What a DEPLOYMENT record says of each deployed thing."""

from typing import Any

from engine.processing.engine import Engine
from engine.processing.entities import DeployedDecision, DeployedResource
from engine.processing.records import to_json


class Metadata:
    """What a DEPLOYMENT record says: whose it is, and its four lists."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.processes: list[dict[str, Any]] = []
        self.decisions: list[dict[str, Any]] = []
        self.requirements: list[dict[str, Any]] = []
        self.forms: list[dict[str, Any]] = []

    def add_process(self, resource: DeployedResource, *, is_duplicate: bool) -> None:
        self.processes.append(
            {
                "bpmnProcessId": resource.id,
                "version": resource.version,
                "processDefinitionKey": resource.key,
                "resourceName": resource.resource_name,
                "checksum": resource.checksum,
                "duplicate": is_duplicate,
                "tenantId": resource.tenant_id,
            }
        )

    def add_requirements(self, resource: DeployedResource, *, is_duplicate: bool) -> None:
        self.requirements.append(requirements_value(resource, is_duplicate=is_duplicate))

    def add_decision(self, decision: DeployedDecision, requirements_id: str, *, is_duplicate: bool) -> None:
        self.decisions.append(decision_value(decision, requirements_id, is_duplicate=is_duplicate))

    def add_form(self, resource: DeployedResource, *, is_duplicate: bool) -> None:
        self.forms.append(form_value(resource, is_duplicate=is_duplicate))


def requirements_value(resource: DeployedResource, *, is_duplicate: bool = False) -> dict[str, Any]:
    return {
        "decisionRequirementsId": resource.id,
        "decisionRequirementsName": resource.name,
        "decisionRequirementsVersion": resource.version,
        "decisionRequirementsKey": resource.key,
        "namespace": resource.namespace,
        "resourceName": resource.resource_name,
        "checksum": resource.checksum,
        "duplicate": is_duplicate,
        "tenantId": resource.tenant_id,
    }


def decision_value(decision: DeployedDecision, requirements_id: str, *, is_duplicate: bool = False) -> dict[str, Any]:
    return {
        "decisionId": decision.id,
        "decisionName": decision.name,
        "version": decision.version,
        "decisionKey": decision.key,
        "decisionRequirementsId": requirements_id,
        "decisionRequirementsKey": decision.requirements_key,
        "duplicate": is_duplicate,
        "tenantId": decision.tenant_id,
    }


def form_value(resource: DeployedResource, *, is_duplicate: bool = False) -> dict[str, Any]:
    return {
        "formId": resource.id,
        "version": resource.version,
        "formKey": resource.key,
        "resourceName": resource.resource_name,
        "checksum": resource.checksum,
        "duplicate": is_duplicate,
        "tenantId": resource.tenant_id,
    }


def write_deployment(engine: Engine, key: int, metadata: Metadata) -> None:
    engine.log.append(
        "DEPLOYMENT",
        "CREATED",
        key,
        to_json(
            {
                "resources": [],
                "processesMetadata": metadata.processes,
                "decisionsMetadata": metadata.decisions,
                "decisionRequirementsMetadata": metadata.requirements,
                "formMetadata": metadata.forms,
                "tenantId": metadata.tenant_id,
            }
        ),
    )
