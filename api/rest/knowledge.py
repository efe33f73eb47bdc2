"""The knowledge base over REST."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, UploadFile
from starlette.concurrency import run_in_threadpool

from api.dependencies import Services, SignedIn
from api.problems import Problem
from api.rest.shapes import Shown
from services.knowledge import LONGEST_FILE, DocumentState, ReadingFailed

router = APIRouter(prefix="/knowledge", tags=["knowledge"])
DocumentId = Annotated[str, Path(max_length=64)]


class DocumentShown(Shown):
    document_id: str
    title: str
    file_name: str
    kind: str
    language: str
    pages: int
    passages: int
    state: DocumentState
    problem: str
    added_by: str
    added_at: datetime


class PassageShown(Shown):
    """`fit` is the share of the question's words that the passage holds."""

    passage_id: int
    document_id: str
    title: str
    page: int
    heading: str
    text: str
    fit: float


@router.get("")
def list_documents(services: Services) -> list[DocumentShown]:
    """The newest first."""
    return [DocumentShown.model_validate(each) for each in services.assistant.library.documents()]


@router.post("", status_code=201)
async def add_document(file: Annotated[UploadFile, File()], services: Services, user: SignedIn) -> DocumentShown:
    """Bring a PDF, DOCX, text, Markdown or picture; it is read in the background. The same content again changes nothing."""
    content = await file.read(LONGEST_FILE + 1)
    try:
        document, _is_new = await run_in_threadpool(services.assistant.add, content, file.filename or "", added_by=user.name)
    except ReadingFailed as error:
        raise Problem(413 if content else 422, str(error)) from error
    return DocumentShown.model_validate(document)


@router.get("/passages")
def search_passages(
    services: Services,
    q: Annotated[str, Query(min_length=1, max_length=2_000, description="Some words, or a whole ticket.")],
    language: Annotated[str, Query(max_length=8, description="Passages in this language go first.")] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> list[PassageShown]:
    """The passages that fit, the best first; an empty list where nothing does."""
    return [
        PassageShown(
            passage_id=each.passage.passage_id,
            document_id=each.passage.document_id,
            title=each.passage.title,
            page=each.passage.page,
            heading=each.passage.heading,
            text=each.passage.text,
            fit=each.fit,
        )
        for each in services.assistant.search(q, language, limit)
    ]


@router.get("/{document_id}")
def get_document(document_id: DocumentId, services: Services) -> DocumentShown:
    return DocumentShown.model_validate(services.assistant.library.document(document_id))


@router.delete("/{document_id}", status_code=204)
def remove_document(document_id: DocumentId, services: Services) -> None:
    services.assistant.reader.remove(document_id)
