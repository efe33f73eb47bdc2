"""Deployments: BPMN, DMN and form files, all of them or none."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import Field

from api.dependencies import Services
from api.deploying import deploy
from api.problems import Problem
from api.rest.shapes import Key, Shown
from services.modelling import ModelKind
from zeebe.answers import Resource

router = APIRouter(prefix="/deployments", tags=["deployments"])
MAX_FILES = 50


class DeployedProcessShown(Shown):
    bpmn_process_id: str
    version: int
    process_definition_key: Key
    resource_name: str


class DeployedDecisionShown(Shown):
    decision_id: str
    decision_name: str
    version: int
    decision_key: Key
    decision_requirements_id: str
    decision_requirements_key: Key


class DeployedFormShown(Shown):
    form_id: str
    version: int
    form_key: Key
    resource_name: str


class DeploymentShown(Shown):
    """An unchanged file keeps its version."""

    key: Key
    processes: list[DeployedProcessShown] = Field(default_factory=list)
    decisions: list[DeployedDecisionShown] = Field(default_factory=list)
    forms: list[DeployedFormShown] = Field(default_factory=list)


@router.post("", status_code=201)
async def deploy_files(
    resources: Annotated[list[UploadFile], File(description="Files ending in .bpmn, .dmn or .form.")], services: Services
) -> DeploymentShown:
    """Deploy files together. A refusal is answered 422 with `findings`: resource_name, element_id, message."""
    if len(resources) > MAX_FILES:
        raise Problem(413, f"a deployment has at most {MAX_FILES} files; this one has {len(resources)}")
    read = [await _resource(each, services.values.max_resource_bytes) for each in resources]
    return DeploymentShown.model_validate(await deploy(services.zeebe, read))


async def _resource(upload: UploadFile, limit: int) -> Resource:
    name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    ModelKind.of(name)
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise Problem(413, f"{name} is larger than {limit} bytes")
    return Resource(name, content)
