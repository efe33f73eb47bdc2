"""Processes and their versions."""

from datetime import datetime

from fastapi import APIRouter, Response

from api.dependencies import Services
from api.problems import Problem
from api.rest.shapes import Key, KeyInPath, Shown

router = APIRouter(prefix="/processes", tags=["processes"])


class ProcessVersionShown(Shown):
    key: Key
    bpmn_process_id: str
    version: int
    name: str
    resource_name: str
    deployed_at: datetime
    deleted_at: datetime | None
    active: int
    incidents: int
    completed: int
    canceled: int


class ProcessShown(Shown):
    """Counts are of all versions; `incidents` are active instances with an open one."""

    bpmn_process_id: str
    name: str
    latest: ProcessVersionShown
    versions: int
    active: int
    incidents: int
    completed: int
    canceled: int


class ElementShown(Shown):
    element_id: str
    element_type: str
    name: str
    scope_id: str
    source_id: str
    target_id: str


@router.get("")
def list_processes(services: Services) -> list[ProcessShown]:
    return [ProcessShown.model_validate(process) for process in services.queries.processes()]


@router.get("/{bpmn_process_id}/versions")
def list_versions(bpmn_process_id: str, services: Services) -> list[ProcessVersionShown]:
    """Every version, the newest first."""
    versions = services.queries.process_versions(bpmn_process_id)
    if not versions:
        raise Problem(404, f"there is no process {bpmn_process_id}")
    return [ProcessVersionShown.model_validate(version) for version in versions]


@router.get("/definitions/{key}/xml", responses={200: {"content": {"application/xml": {}}}}, response_class=Response)
def get_xml(key: KeyInPath, services: Services) -> Response:
    """The BPMN file as it was deployed."""
    return Response(services.queries.process_definition(key).xml, media_type="application/xml")


@router.get("/definitions/{key}/elements")
def list_elements(key: KeyInPath, services: Services) -> list[ElementShown]:
    """Elements and sequence flows, in the order of the file."""
    services.queries.process_definition(key)
    return [ElementShown.model_validate(element) for element in services.queries.process_elements(key)]
