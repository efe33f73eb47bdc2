"""Files from a designer's disk: opened as drafts, and what became of those that another engine's modeller wrote."""

from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile
from starlette.concurrency import run_in_threadpool

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.modelling import ImportOutcome, InvalidDraft, ModelOpening, UnknownModelKind, findings_of_rejection
from zeebe.answers import Resource
from zeebe.errors import InvalidArgument

router = APIRouter(prefix="/editor", include_in_schema=False)


def _opening(services: ApiServices) -> ModelOpening:
    return ModelOpening(services.drafts, services.importer)


@router.post("/open", name="open_file")
async def open_file(request: Request, services: Services, user: SignedIn, file: Annotated[UploadFile, File()]) -> Response:
    """A file becomes a draft; one of another engine is converted, and its report is shown."""
    _ = language_of(request).gettext
    content = await file.read()
    try:
        draft, imported = await run_in_threadpool(_opening(services).open, file.filename or "", content, user.name)
    except UnicodeDecodeError:
        return redirect(request, "/editor", Flash(_("This file is not UTF-8 text; save it as UTF-8 and open it again."), "bad"))
    except (UnknownModelKind, InvalidDraft) as error:
        return redirect(request, "/editor", Flash(language_of(request).refused(str(error)), "bad"))
    page = "import_report" if imported else "edit_draft"
    return redirect(request, request.app.url_path_for(page, draft_id=draft.draft_id))


@router.get("/drafts/{draft_id}/import", name="import_report")
def import_report(request: Request, services: Services, draft_id: str) -> Response:
    """What was converted, what was taken out, and what is left for a person."""
    opening, draft = _opening(services), services.drafts.draft(draft_id)
    imported = opening.report(draft)
    return render(
        request,
        "pages/editor_import.html",
        draft=draft,
        imported=imported,
        left=imported.with_outcome(ImportOutcome.PERSON) if imported else [],
        dropped=imported.with_outcome(ImportOutcome.DROPPED) if imported else [],
        converted=imported.with_outcome(ImportOutcome.CONVERTED) if imported else [],
        forms=[each for each, _content in opening.parts(draft, imported)[1:]],
    )


@router.post("/drafts/{draft_id}/import/deploy", name="deploy_import")
async def deploy_import(request: Request, services: Services, draft_id: str) -> Response:
    """The draft and the forms that stood in it, all or none."""
    opening = _opening(services)
    draft = await run_in_threadpool(services.drafts.draft, draft_id)
    imported = await run_in_threadpool(opening.report, draft)
    parts = await run_in_threadpool(opening.parts, draft, imported)
    resources = [Resource(each.kind.resource_name(each.name), content.encode()) for each, content in parts]
    _, back = language_of(request).gettext, request.app.url_path_for("import_report", draft_id=draft_id)
    try:
        await services.zeebe.deploy_resources(resources)
    except InvalidArgument as error:
        finding = findings_of_rejection(error.reason)[0]
        place = f"{finding.element_id}: " if finding.element_id else ""
        return redirect(request, back, Flash(f"{place}{finding.message}", "bad"))
    return redirect(request, request.app.url_path_for("processes"), Flash(_("%(name)s is deployed.") % {"name": draft.name}))
