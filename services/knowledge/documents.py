"""What a document and its passages are, and the port behind which they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class DocumentState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    FAILED = "failed"


class DocumentNotFound(LookupError):
    def __init__(self, document_id: str) -> None:
        super().__init__(f"the knowledge base has no document {document_id[:40]!r}")
        self.document_id = document_id


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document that is found and quoted as a whole."""

    page: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class NewDocument:
    """`sha256` of its content names it: the same content again is the same document."""

    title: str
    file_name: str
    sha256: str
    size: int
    added_by: str
    kind: str = "document"


@dataclass(frozen=True, slots=True)
class Document:
    document_id: str
    title: str
    file_name: str
    kind: str
    sha256: str
    size: int
    language: str
    pages: int
    passages: int
    state: DocumentState
    # Why it could not be read, for people.
    problem: str
    added_by: str
    added_at: datetime

    @property
    def is_unfinished(self) -> bool:
        return self.state in {DocumentState.WAITING, DocumentState.READING}


@dataclass(frozen=True, slots=True)
class StoredPassage:
    passage_id: int
    document_id: str
    title: str
    kind: str
    language: str
    page: int
    heading: str
    text: str
    # Of title, heading and text.
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that fits a question, and how much of the question's words it holds, 0 to 1."""

    passage: StoredPassage
    fit: float
    # The passage's heading and text in pieces: words of the question are marked.
    heading: tuple[tuple[str, bool], ...]
    pieces: tuple[tuple[str, bool], ...]


class Library(Protocol):
    """Where documents are kept. Calls are short and blocking."""

    def add(self, document: NewDocument) -> tuple[Document, bool]:
        """The document, and whether it is new."""
        ...

    def documents(self, *, kind: str | None = None, limit: int = 200) -> Sequence[Document]:
        """The newest first."""
        ...

    def document(self, document_id: str) -> Document:
        """Raises `DocumentNotFound`."""
        ...

    def passages(self, document_id: str) -> Sequence[StoredPassage]:
        """In the document's order."""
        ...

    def remove(self, document_id: str) -> None:
        """Raises `DocumentNotFound`."""
        ...

    def due(self) -> Sequence[str]:
        """Documents that wait to be read, or whose reader fell silent."""
        ...

    def claim(self, document_id: str) -> Document | None:
        """The document, for the one who may read it now."""
        ...

    def fill(self, document_id: str, parts: Sequence[Part], *, language: str, pages: int, title: str = "") -> None:
        """Put the passages of a document that was read, and its title if it names one; those of an earlier reading go."""
        ...

    def fail(self, document_id: str, problem: str) -> None: ...

    def matching(self, stems: Sequence[str], limit: int) -> Sequence[StoredPassage]:
        """Passages with any of these stems, the best first."""
        ...

    def with_ids(self, passage_ids: Sequence[int]) -> Sequence[StoredPassage]: ...

    def vectors(self, model: str) -> tuple[Sequence[int], bytes]:
        """Passage ids, and their vectors of 32-bit floats one after the other."""
        ...

    def without_vector(self, model: str, limit: int) -> Sequence[StoredPassage]: ...

    def put_vectors(self, model: str, vectors: Sequence[tuple[int, bytes]]) -> None: ...
