"""Bringing documents in: kept as a file first, read by a background process, so that a large one blocks nobody."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.knowledge.chunking import Block, cut
from services.knowledge.documents import Document, DocumentNotFound, Library, NewDocument, Part
from services.knowledge.reading import LONGEST_FILE, ReadFile, ReadingFailed, read_file

log = structlog.get_logger(__name__)

_CYRILLIC = re.compile(r"[А-Яа-яЁё]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class KnowledgeReader:
    """`folder` holds the files as they were brought, by the hash of their content."""

    library: Library
    folder: Path
    read: Callable[[Path], ReadFile] = read_file

    def keep(self, content: bytes, file_name: str, *, added_by: str, title: str = "") -> tuple[Document, bool]:
        """Keep a file to be read; the document, and whether it is new. Raises `ReadingFailed` for one that is too large."""
        if not content or len(content) > LONGEST_FILE:
            raise ReadingFailed(f"the file has {len(content):,} bytes; 1 to {LONGEST_FILE:,} are read")
        digest = hashlib.sha256(content).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(digest)
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(content)
            part.replace(path)
        named = Path(file_name.replace("\\", "/")).name or "document"
        return self.library.add(NewDocument(title or Path(named).stem, named, digest, len(content), added_by))

    def make_due(self) -> int:
        """Read every document that waits; returns how many."""
        return sum(self.make(document_id) for document_id in self.library.due())

    def make(self, document_id: str) -> bool:
        """Read one document, unless another process does; whether it was read here."""
        try:
            document = self.library.claim(document_id)
        except DocumentNotFound:
            return False
        if document is None:
            return False
        try:
            found = self.read(self._path(document.sha256))
            parts = _parts(found)
        except ReadingFailed as error:
            self.library.fail(document_id, str(error))
            log.warning("document_not_read", document_id=document_id)
            return False
        except OSError:
            self.library.fail(document_id, "the file is gone: bring it again")
            log.warning("document_file_gone", document_id=document_id)
            return False
        # A title that somebody gave stays; a file's name gives way to the title in the file.
        title = found.title if document.title == Path(document.file_name).stem else ""
        self.library.fill(document_id, parts, language=language_of(found.blocks), pages=found.pages, title=title)
        log.debug("document_read", document_id=document_id, passages=len(parts), pages=found.pages)
        return True

    def remove(self, document_id: str) -> None:
        """Forget a document and its file. Raises `DocumentNotFound`."""
        document = self.library.document(document_id)
        self.library.remove(document_id)
        self._path(document.sha256).unlink(missing_ok=True)

    def learn(self, text: str, *, title: str, source: str) -> Document | None:
        """Take in a solved ticket's question and answer, without personal data; None where the same is known."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        new = NewDocument(title, source, digest, len(text.encode()), "solved ticket", kind="ticket")
        document, is_new = self.library.add(new)
        if not is_new or self.library.claim(document.document_id) is None:
            return None
        blocks = [Block(part) for part in text.split("\n\n")]
        self.library.fill(document.document_id, cut(blocks), language=language_of(blocks), pages=1)
        return document

    def _path(self, digest: str) -> Path:
        return self.folder / digest


def _parts(found: ReadFile) -> list[Part]:
    parts = cut(found.blocks)
    if not parts:
        raise ReadingFailed("the file holds no text")
    return parts


def language_of(blocks: "tuple[Block, ...] | list[Block]") -> str:
    """`ru` where most letters are Cyrillic, else `en`."""
    text = " ".join(block.text for block in blocks)[:20_000]
    letters = len(_LETTER.findall(text))
    return "ru" if letters and len(_CYRILLIC.findall(text)) * 2 > letters else "en"
