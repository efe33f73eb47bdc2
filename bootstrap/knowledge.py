"""The knowledge base: where it is kept, who reads it, what it begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy import Engine

from bootstrap.connections import open_database
from bootstrap.tenants import in_each, tenant_folder
from services.assistant import Passage
from services.identity import DEFAULT_TENANT
from services.knowledge import Embedder, KnowledgeReader, KnowledgeSearch, SqlLibrary
from services.knowledge.reading.shipped import read_in_place
from services.knowledge.shipped_articles import shipped_articles
from settings import Settings
from workers.background import BackgroundTask

log = structlog.get_logger(__name__)

READ_SECONDS = 30


def knowledge_folder(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> Path:
    return tenant_folder(settings, tenant_id) / "knowledge"


def knowledge_reader(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> KnowledgeReader:
    return KnowledgeReader(SqlLibrary(engine, tenant_id=tenant_id), knowledge_folder(settings, tenant_id))


def embedder(settings: Settings) -> Embedder | None:
    """Meaning beside words, where an endpoint gives vectors."""
    if not (settings.embedding_url and settings.embedding_model):
        return None
    from bootstrap.embeddings import EndpointEmbedder  # noqa: PLC0415 -- the client takes half a second to import

    key = settings.embedding_key.get_secret_value() if settings.embedding_key else ""
    return EndpointEmbedder(settings.embedding_url, settings.embedding_model, key)


def knowledge_search(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> KnowledgeSearch:
    return KnowledgeSearch(SqlLibrary(engine, tenant_id=tenant_id), embedder(settings))


def add_shipped_articles(settings: Settings) -> int:
    """Give a new installation something to answer from, once; returns how many articles were new."""
    mark = knowledge_folder(settings) / ".shipped"
    if mark.exists():
        return 0
    with open_database(settings) as engine:
        # These files are ours and small: no child process needs to guard us from them.
        reader = KnowledgeReader(SqlLibrary(engine), knowledge_folder(settings), read_in_place)
        kept = [reader.keep(path.read_bytes(), path.name, added_by="Penstock") for path in shipped_articles()]
        for document, _is_new in kept:
            reader.make(document.document_id)
    mark.touch()
    return sum(is_new for _document, is_new in kept)


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def read_document(document_id: str, tenant_id: str) -> None:
        with open_database(settings) as engine:
            knowledge_reader(settings, engine, tenant_id).make(document_id)

    def read_due() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            knowledge_reader(settings, engine, tenant_id).make_due()
            give_vectors(settings, engine, tenant_id)

        in_each(settings, of_tenant)

    return [
        BackgroundTask("knowledge.read", read_document),
        BackgroundTask("knowledge.read_due", read_due, every_seconds=READ_SECONDS),
    ]


def give_vectors(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> int:
    """Vectors for passages that have none, where an endpoint gives them."""
    from services.knowledge.search import add_vectors  # noqa: PLC0415 -- numpy, for those who have an endpoint

    found = embedder(settings)
    return add_vectors(SqlLibrary(engine, tenant_id=tenant_id), found) if found is not None else 0


@dataclass(frozen=True, slots=True)
class KnowledgePassages:
    """The assistant's `PassageSearch` over the knowledge base."""

    search: KnowledgeSearch

    def passages(self, question: str, language: str, limit: int) -> Sequence[Passage]:
        return [
            Passage(
                passage_id=str(found.passage_id),
                document_id=found.document_id,
                title=found.title,
                page=found.page,
                heading=found.heading,
                text=found.text,
            )
            for found in self.search.best(question, language=language, limit=limit)
        ]
