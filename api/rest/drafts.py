"""Drafts of models, version by version."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.bounds import Version
from api.dependencies import Services, SignedIn
from api.deploying import deploy
from api.rest.deployments import DeploymentShown
from api.rest.models import MAX_CONTENT_CHARS
from api.rest.shapes import Asked, Shown
from services.modelling import ModelKind
from zeebe.answers import Resource

router = APIRouter(prefix="/drafts", tags=["modelling"])
DraftId = Annotated[str, Path(max_length=64)]


class DraftShown(Shown):
    draft_id: str
    kind: ModelKind
    name: str
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


class DraftVersionShown(Shown):
    version: int
    saved_by: str
    saved_at: datetime


class DraftContentShown(DraftVersionShown):
    content: str


class NewDraftAsked(Asked):
    kind: ModelKind
    name: str = Field(min_length=1, max_length=255, description="The resource name it will be deployed under.")
    content: str = Field(max_length=MAX_CONTENT_CHARS)


class SaveAsked(Asked):
    content: str = Field(max_length=MAX_CONTENT_CHARS)
    expected_version: Version = Field(description="The version this content was made from.")
    name: str | None = Field(None, min_length=1, max_length=255)


@router.get("")
def list_drafts(services: Services) -> list[DraftShown]:
    """All drafts, the last changed first."""
    return [DraftShown.model_validate(each) for each in services.drafts.drafts()]


@router.post("", status_code=201)
def create_draft(asked: NewDraftAsked, services: Services, principal: SignedIn) -> DraftShown:
    return DraftShown.model_validate(services.drafts.create(asked.kind, asked.name, asked.content, principal.name))


@router.get("/{draft_id}")
def get_draft(draft_id: DraftId, services: Services) -> DraftShown:
    return DraftShown.model_validate(services.drafts.draft(draft_id))


@router.put("/{draft_id}")
def save_draft(draft_id: DraftId, asked: SaveAsked, services: Services, principal: SignedIn) -> DraftShown:
    """Save a new version; 409 when somebody saved one in the meantime."""
    saved = services.drafts.save(
        draft_id, asked.content, principal.name, expected_version=asked.expected_version, name=asked.name
    )
    return DraftShown.model_validate(saved)


@router.delete("/{draft_id}", status_code=204)
def remove_draft(draft_id: DraftId, services: Services) -> None:
    """Remove a draft and its versions; what was deployed stays."""
    services.drafts.remove(draft_id)


@router.get("/{draft_id}/versions")
def list_versions(draft_id: DraftId, services: Services) -> list[DraftVersionShown]:
    return [DraftVersionShown.model_validate(each) for each in services.drafts.versions(draft_id)]


@router.get("/{draft_id}/versions/{version}")
def get_version(draft_id: DraftId, version: Version, services: Services) -> DraftContentShown:
    return DraftContentShown.model_validate(services.drafts.content(draft_id, version))


@router.post("/{draft_id}/deployment", status_code=201)
async def deploy_draft(draft_id: DraftId, services: Services) -> DeploymentShown:
    """Deploy the newest version of a draft; a refusal is answered 422 with `findings`."""
    draft = await run_in_threadpool(services.drafts.draft, draft_id)
    saved = await run_in_threadpool(services.drafts.content, draft_id, draft.version)
    return DeploymentShown.model_validate(await deploy(services.zeebe, [Resource(draft.name, saved.content.encode())]))
