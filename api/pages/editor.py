"""The editor: open a deployed or drafted file, change it, see what is wrong at the element, save a draft, deploy a version."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api.bounds import MAX_NUMBER
from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.i18n import Language
from api.model_drawing import drawn
from api.model_references import missing_references, newest_of_same_process
from api.shell import language_of, redirect, render
from services.modelling import DraftConflict, Finding, InvalidDraft, ModelKind, findings_of_rejection
from zeebe.answers import Deployment, Resource
from zeebe.errors import InvalidArgument

router = APIRouter(prefix="/editor", include_in_schema=False)

# What a new file begins as: the smallest of its kind that can be deployed, in templates/models.
BLANK = {ModelKind.BPMN: "new_process.bpmn", ModelKind.DMN: "new_decisions.dmn", ModelKind.FORM: "new_form.form"}
BLANK_ID = re.compile(r"\bnew_(process|decisions?|form)\b")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """What an editor is opened with."""

    kind: ModelKind
    name: str
    content: str
    # The deployed version to compare with; empty for a file that was never deployed.
    deployed: str = ""
    draft_id: str = ""
    draft_version: int = 0


@router.get("", name="editor")
def files(request: Request, services: Services) -> Response:
    """Everything that can be opened."""
    queries = services.queries
    latest: dict[str, Any] = {}
    for graph in queries.decision_requirements():
        latest.setdefault(graph.decision_requirements_id, graph)
    return render(
        request,
        "pages/editor_files.html",
        drafts=services.drafts.drafts(),
        processes=queries.processes(counted=False),
        graphs=list(latest.values()),
        forms=queries.forms(),
    )


@router.get("/new/{kind}", name="new_model")
def new_model(request: Request, services: Services, kind: ModelKind) -> Response:
    """A file like no other: a second new process is not the next version of the first."""
    blank, token = BLANK[kind], secrets.token_hex(3)
    content = (services.values.templates / "models" / blank).read_text(encoding="utf-8")
    name, content = (BLANK_ID.sub(rf"\1_{token}", text) for text in (blank, content))
    return _editor(request, OpenFile(kind, name, content))


@router.get("/processes/{key:int}", name="edit_process")
def edit_process(request: Request, services: Services, key: int) -> Response:
    """A version to begin with; what differs is told beside the newest one, for that is what a deployment takes over from."""
    found = services.queries.process_definition(key)
    newest = newest_of_same_process(found.xml, services.queries)
    return _editor(request, OpenFile(ModelKind.BPMN, found.resource_name, drawn(found.xml), newest or found.xml))


@router.get("/decisions/{key:int}", name="edit_decision")
def edit_decision(request: Request, services: Services, key: int) -> Response:
    found = services.queries.decision_requirements_document(key)
    return _editor(request, OpenFile(ModelKind.DMN, found.requirements.resource_name, found.xml, found.xml))


@router.get("/forms/{key:int}", name="edit_form")
def edit_form(request: Request, services: Services, key: int) -> Response:
    found = services.queries.form(key)
    return _editor(request, OpenFile(ModelKind.FORM, found.resource_name, found.document, found.document))


@router.get("/drafts/{draft_id}", name="edit_draft")
def edit_draft(request: Request, services: Services, draft_id: str) -> Response:
    draft = services.drafts.draft(draft_id)
    content = services.drafts.content(draft_id).content
    if draft.kind is ModelKind.BPMN:
        content = drawn(content)
    deployed = newest_of_same_process(content, services.queries) if draft.kind is ModelKind.BPMN else ""
    return _editor(request, OpenFile(draft.kind, draft.name, content, deployed, draft_id, draft.version))


@router.post("/drafts/{draft_id}/remove", name="remove_draft")
def remove_draft(request: Request, services: Services, draft_id: str) -> Response:
    services.drafts.remove(draft_id)
    return redirect(request, "/editor", Flash(language_of(request).gettext("The draft was removed.")))


@router.post("/lint", name="lint")
async def lint(
    request: Request, services: Services, kind: Annotated[ModelKind, Form()], name: Annotated[str, Form()], content: UploadFile
) -> JSONResponse:
    """What a deployment would say, without deploying, and what would be missing after it."""
    model = await content.read()
    found = await run_in_threadpool(services.linter.lint, kind, name, model)
    if kind is ModelKind.BPMN:
        found += await run_in_threadpool(missing_references, model, name, services.queries)
    return JSONResponse({"findings": _shown(request, found)})


@router.post("/save", name="save_draft")
async def save(
    request: Request,
    services: Services,
    user: SignedIn,
    kind: Annotated[ModelKind, Form()],
    name: Annotated[str, Form()],
    content: UploadFile,
    draft_id: Annotated[str, Form()] = "",
    expected_version: Annotated[int, Form(ge=0, le=MAX_NUMBER)] = 0,
) -> JSONResponse:
    """A new draft, or a new version of one; somebody else's newer version is never overwritten."""
    drafts = services.drafts
    try:
        text = (await content.read()).decode()
        if draft_id:
            draft = await run_in_threadpool(
                drafts.save, draft_id, text, user.name, expected_version=expected_version, name=name
            )
        else:
            draft = await run_in_threadpool(drafts.create, kind, name, text, user.name)
    except UnicodeDecodeError:
        return JSONResponse({"detail": language_of(request).refused("the draft is not UTF-8 text")}, 422)
    except (DraftConflict, InvalidDraft) as error:
        return JSONResponse(
            {"detail": language_of(request).refused(str(error))}, 409 if isinstance(error, DraftConflict) else 422
        )
    address = request.app.url_path_for("edit_draft", draft_id=draft.draft_id)
    return JSONResponse({"draft_id": draft.draft_id, "version": draft.version, "name": draft.name, "url": address})


@router.post("/deploy", name="deploy_model")
async def deploy(
    request: Request, services: Services, kind: Annotated[ModelKind, Form()], name: Annotated[str, Form()], content: UploadFile
) -> JSONResponse:
    """Deploy a new version; a refusal comes back as findings at their elements."""
    resource = Resource(kind.resource_name(name), await content.read())
    try:
        deployment = await services.zeebe.deploy_resources([resource])
    except InvalidArgument as error:
        findings = _shown(request, findings_of_rejection(error.reason))
        return JSONResponse({"detail": findings[0]["message"], "findings": findings}, 422)
    return JSONResponse({"resources": _deployed_resources(deployment)})


def _shown(request: Request, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings in the designer's language, as far as their words are known."""
    language = language_of(request)
    return [asdict(each) | {"message": _said(language, each.message)} for each in findings]


def _said(language: Language, message: str) -> str:
    """A remark in the designer's language; the lines after its first show the place, in the model's own words."""
    said, *excerpt = message.split("\n")
    return "\n".join([language.refused(said), *excerpt])


def _deployed_resources(deployment: Deployment) -> list[dict[str, object]]:
    return [
        *({"name": each.bpmn_process_id, "version": each.version} for each in deployment.processes),
        *({"name": each.decision_id, "version": each.version} for each in deployment.decisions),
        *({"name": each.form_id, "version": each.version} for each in deployment.forms),
    ]


def _editor(request: Request, file: OpenFile) -> Response:
    path = request.app.url_path_for
    urls = {"lint": path("lint"), "save": path("save_draft"), "deploy": path("deploy_model")}
    return render(request, "pages/editor.html", is_editor=True, file=file, data={**asdict(file), "urls": urls})
