"""Models that are being drawn: what a deployment would say about them."""

from fastapi import APIRouter
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services
from api.rest.shapes import Asked, Shown
from services.modelling import ModelKind, Severity

router = APIRouter(prefix="/models", tags=["modelling"])
MAX_CONTENT_CHARS = 4 * 1024 * 1024


class ModelAsked(Asked):
    kind: ModelKind
    content: str = Field(max_length=MAX_CONTENT_CHARS)
    name: str = Field("", max_length=255)


class FindingShown(Shown):
    message: str
    severity: Severity
    element_id: str = Field(description="Empty where the file as a whole is at fault.")
    path: str
    line: int
    resource_name: str


class FindingsShown(Shown):
    findings: list[FindingShown]


@router.post("/lint")
async def lint_model(model: ModelAsked, services: Services) -> FindingsShown:
    """Errors are those for which a deployment would be refused; warnings are advice."""
    name = model.kind.resource_name(model.name or "model")
    findings = await run_in_threadpool(services.linter.lint, model.kind, name, model.content.encode("utf-8", "replace"))
    return FindingsShown(findings=[FindingShown.model_validate(each) for each in findings])
