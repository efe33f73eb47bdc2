"""What the desk knows: documents and solved tickets, found by words (and meaning, where installed), quoted by page."""

from services.knowledge.adding import KnowledgeReader
from services.knowledge.documents import (
    Document,
    DocumentNotFound,
    DocumentState,
    Found,
    Library,
    NewDocument,
    Part,
    StoredPassage,
)
from services.knowledge.reading import LONGEST_FILE, ReadingFailed, read_file
from services.knowledge.search import Embedder, KnowledgeSearch
from services.knowledge.sql_library import SqlLibrary

__all__ = [
    "LONGEST_FILE",
    "Document",
    "DocumentNotFound",
    "DocumentState",
    "Embedder",
    "Found",
    "KnowledgeReader",
    "KnowledgeSearch",
    "Library",
    "NewDocument",
    "Part",
    "ReadingFailed",
    "SqlLibrary",
    "StoredPassage",
    "read_file",
]
