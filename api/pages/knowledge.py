"""The knowledge base: bring documents, see how far their reading is, search them, read what is quoted."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Query, Request, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cookies import Flash
from api.dependencies import Services, SignedIn
from api.permissions import KNOWLEDGE_KEEPERS
from api.principal import Principal
from api.services import ApiServices
from api.shell import language_of, redirect, render
from services.knowledge import LONGEST_FILE, ReadingFailed

router = APIRouter(prefix="/knowledge", include_in_schema=False)

MOST_FILES = 20
RESULTS = 10
# What somebody brought, or what was learned from a solved ticket.
type Kind = Literal["document", "ticket"]
Question = Annotated[str, Query(max_length=2_000)]


@router.get("", name="knowledge")
def knowledge_page(request: Request, services: Services, user: SignedIn, q: Question = "", kind: Kind = "document") -> Response:
    found = services.assistant.search(q, language_of(request).code, RESULTS) if q.strip() else []
    return render(request, "pages/knowledge.html", q=q, found=found, **_list(services, user, kind))


@router.get("/documents", name="knowledge_documents")
def knowledge_documents(request: Request, services: Services, user: SignedIn, kind: Kind = "document") -> Response:
    """The list alone; a page with an unread document asks for it every second."""
    return render(request, "pages/_knowledge_documents.html", **_list(services, user, kind))


@router.post("", name="add_knowledge")
async def add_knowledge(
    request: Request, services: Services, user: SignedIn, files: Annotated[list[UploadFile], File()]
) -> Response:
    _ = language_of(request).gettext
    notes = []
    for upload in files[:MOST_FILES]:
        name = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
        content = await upload.read(LONGEST_FILE + 1)
        try:
            _document, is_new = await run_in_threadpool(services.assistant.add, content, name, added_by=user.name)
        except ReadingFailed:
            text = _("“%(name)s” was not taken: a file has 1 byte to %(most)s MB.")
            notes.append(Flash(text % {"name": name, "most": LONGEST_FILE // 1024 // 1024}, "bad"))
            continue
        text = _("“%(name)s” is being read.") if is_new else _("“%(name)s” was there already.")
        notes.append(Flash(text % {"name": name}))
    return redirect(request, "/knowledge", *notes[:5])


@router.get("/{document_id}", name="knowledge_document")
def knowledge_document(request: Request, services: Services, user: SignedIn, document_id: str, q: Question = "") -> Response:
    library = services.assistant.library
    return render(
        request,
        "pages/knowledge_document.html",
        document=library.document(document_id),
        passages=library.passages(document_id),
        q=q,
        may_change=user.may(*KNOWLEDGE_KEEPERS),
    )


@router.post("/{document_id}/remove", name="remove_knowledge")
async def remove_knowledge(request: Request, services: Services, document_id: str) -> Response:
    await run_in_threadpool(services.assistant.reader.remove, document_id)
    return redirect(request, "/knowledge", Flash(language_of(request).gettext("The document is removed.")))


def _list(services: ApiServices, user: Principal, kind: Kind) -> Mapping[str, Any]:
    documents = services.assistant.library.documents(kind=kind, limit=200)
    return {
        "kind": kind,
        "documents": documents,
        "is_busy": any(document.is_unfinished for document in documents),
        "may_change": user.may(*KNOWLEDGE_KEEPERS),
    }
