"""Deploying models for a designer: all files or none, and a refusal taken apart into findings at their elements."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from api.problems import Problem
from services.modelling import Finding, findings_of_rejection
from zeebe.answers import Deployment, Resource
from zeebe.client import ZeebeClient
from zeebe.errors import InvalidArgument


async def deploy(zeebe: ZeebeClient, resources: Sequence[Resource]) -> Deployment:
    """Deploy resources together.

    Raises:
        Problem: the engine refused them; its `findings` say what and where.
        ZeebeError: the engine could not be asked.
    """
    try:
        return await zeebe.deploy_resources(resources)
    except InvalidArgument as refusal:
        findings = findings_of_rejection(refusal.reason)
        raise Problem(422, refusal.reason, findings=[finding_shown(each) for each in findings]) from refusal


def finding_shown(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    return asdict(finding)


def deployed_names(deployment: Deployment) -> list[dict[str, Any]]:
    """What was deployed, in words for people: name, kind and version."""
    return [
        *({"kind": "bpmn", "name": each.bpmn_process_id, "version": each.version} for each in deployment.processes),
        *({"kind": "dmn", "name": each.decision_id, "version": each.version} for each in deployment.decisions),
        *({"kind": "form", "name": each.form_id, "version": each.version} for each in deployment.forms),
    ]
